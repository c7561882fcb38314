"""Door 1: ``python -I -S gate.py HOME TOOLPATH TOOL ARGS…``, started by the shim.

A script is compiled anew at every start, so this one only opens the door; what it does stands in doorkeeper.py.
"""

import sys

sys.path.insert(0, __file__[: -len("/guard/gate.py")])

from guard.doorkeeper import main  # noqa: E402  # the path above is where it lies

sys.exit(main(sys.argv[1:]))
