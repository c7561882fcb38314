"""``python -m guard`` is ``guard``."""

import signal

# What is imported next takes a while, and an interrupt in it would be a traceback. Where it is ignored, it stays so.
_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if _heard:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from guard.cli.main import main  # noqa: E402  # not before an interrupt is seen to

if _heard:
    signal.signal(signal.SIGINT, signal.default_int_handler)
main()
