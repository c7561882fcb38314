"""Everything that can go wrong in guard, and what the caller sees of it.

    GuardError                 one clear line for a person; carries an exit code
      CannotJudge      78/--   guard cannot do its job (list, settings, journal): policy's on_error decides
        Stale          78      the list is older than policy lets anything be judged by
      BadData          65      a file or an input is not what it should be
      Unreachable      69      a source, a server or a receiver does not answer
      UsageError        2      the words of a guard command are wrong

Exit codes are fixed by the product's outside behaviour (docs/reference/exit-codes.md) and stand here alone.
"""

REFUSED = 77  # the command named something the policy blocks; nothing ran, nothing was fetched
CANNOT_JUDGE = 78  # guard could not judge, and policy says block
NO_TOOL = 127  # there is no real tool behind the shim

CLEAN = 0
FINDINGS = 1
USAGE = 2
BAD_DATA = 65
UNREACHABLE = 69
OUR_BUG = 70


class GuardError(Exception):
    """One line for a person, without a full stop, and an optional hint of what to do next."""

    code = OUR_BUG

    def __init__(self, message, hint=""):
        Exception.__init__(self, message)
        self.message = message
        self.hint = hint


class CannotJudge(GuardError):
    code = CANNOT_JUDGE


class Stale(CannotJudge):
    pass


class BadData(GuardError):
    code = BAD_DATA


class Unreachable(GuardError):
    code = UNREACHABLE


class UsageError(GuardError):
    code = USAGE
