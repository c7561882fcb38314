"""Door 1: ``python -I -S gate.py HOME TOOLPATH TOOL ARGS…``, started by the shim; absolute path, as the shim has it.

A script is compiled anew at every start, so this one only opens the door. The modules come from ``gate.bundle``, one
file that the installer made (guard.setup.bundle); what unpacks it (guard/unbundle.py) lies in it first. Without a
bundle of this interpreter's they are imported one by one, which costs five milliseconds, half its own start.
"""

import sys
from marshal import loads

PACKAGE = __file__[:-8]
MAGIC = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER  # of this interpreter's compiled code
try:
    with open(PACKAGE + "/gate.bundle", "rb", 0) as file:
        data = file.read()
    if data.startswith(MAGIC):
        exec(loads(memoryview(data)[8:]))
        open_gate(PACKAGE, data)  # type: ignore[name-defined]  # noqa: F821  # what was run makes it
except Exception:  # noqa: S110  # a bundle may be damaged in any way
    pass  # the modules are imported as usual
sys.path.insert(0, PACKAGE[:-6])
from guard.doorkeeper import main  # noqa: E402

main(sys.argv[1:])
