"""Door 1: ``python -I -S gate.py HOME TOOLPATH TOOL ARGS…``, started by the shim; absolute path, as the shim has it.

A script is compiled anew at every start, so this one only opens the door; what it does stands in doorkeeper.py. The
modules come from ``gate.bundle``, one file that the installer made (guard.setup.bundle): imported one by one they cost
five milliseconds, half the interpreter's own start. Without a bundle of this interpreter's they are imported as usual.
"""

import gc
import marshal
import sys

gc.disable()  # this process lives for milliseconds, and makes no cycles worth looking for
PACKAGE = __file__[: -len("/gate.py")]
MAGIC = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER  # of this interpreter's compiled code
try:
    with open(PACKAGE + "/gate.bundle", "rb", 0) as file:
        data = file.read()
    bundle = marshal.loads(memoryview(data)[len(MAGIC) :]) if data.startswith(MAGIC) else None
except (OSError, ValueError, EOFError, TypeError):
    bundle = None  # there is none, or it is damaged
if bundle:
    unbundle = {}
    exec(bundle[0], unbundle)
    sys.meta_path.insert(0, unbundle["Shelf"](PACKAGE))
    unbundle["unpack"](PACKAGE, bundle[1])
sys.path.insert(0, PACKAGE[: -len("/guard")])
from guard.doorkeeper import main  # noqa: E402

main(sys.argv[1:])
