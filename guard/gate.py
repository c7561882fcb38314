"""Door 1: ``python -I -S gate.py HOME TOOLPATH TOOL ARGS…``, started by the shim; absolute path, as the shim has it.

A script is compiled anew at every start, so this one only opens the door; what it does stands in doorkeeper.py. The
modules come from ``gate.bundle``, one file that the installer made (guard.setup.bundle): imported one by one they cost
five milliseconds, half the interpreter's own start. Where there is no bundle of this interpreter's, they are imported
as usual.
"""

import marshal
import sys

PACKAGE = __file__[: -len("/gate.py")]
MAGIC = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER  # of this interpreter's compiled code


def load(bundle):
    """Make the modules of the bundle, [(name, is a package, code as marshal)], each after those that it imports.

    What importlib does around each, locks, specs and finders, is left out: it is two thirds of the cost.
    """
    for name, is_package, code in bundle:
        module = type(sys)(name)
        above, _, last = name.rpartition(".")
        file = PACKAGE + name[len("guard") :].replace(".", "/")
        module.__package__ = above
        if is_package:
            module.__package__ = name
            module.__path__ = [file]
            file += "/__init__"
        module.__file__ = file + ".py"
        sys.modules[name] = module
        if above:
            setattr(sys.modules[above], last, module)
        exec(marshal.loads(code), module.__dict__)


def open_door():
    try:
        with open(PACKAGE + "/gate.bundle", "rb") as file:
            magic, bundle = marshal.load(file)
    except (OSError, ValueError, EOFError, TypeError):
        magic = bundle = None
    if magic == MAGIC:
        load(bundle)
    sys.path.insert(0, PACKAGE[: -len("/guard")])  # for what the bundle does not hold
    from guard.doorkeeper import main

    main(sys.argv[1:])


open_door()
