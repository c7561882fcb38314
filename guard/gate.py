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


class Shelf:
    """The modules of the bundle that only some commands need: {name: (is a package, code as marshal)}."""

    modules = {}

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return type(sys.__spec__)(name, cls, is_package=cls.modules[name][0]) if name in cls.modules else None

    @staticmethod
    def create_module(spec):
        return None

    @classmethod
    def exec_module(cls, module):
        fill(module, *cls.modules[module.__name__])


def fill(module, is_package, code):
    """Run a module's code in it."""
    file = PACKAGE + module.__name__[len("guard") :].replace(".", "/")
    if is_package:
        module.__path__ = [file]
    module.__file__ = file + ("/__init__.py" if is_package else ".py")
    exec(marshal.loads(code), module.__dict__)


def load(modules):
    """Make the modules that every command needs, each after those that it imports.

    What importlib does around each, locks, specs and finders, is left out: it is two thirds of the cost.
    """
    for name, (is_package, code) in modules.items():
        module = type(sys)(name)
        above, _, last = name.rpartition(".")
        module.__package__ = name if is_package else above
        sys.modules[name] = module
        if above:
            setattr(sys.modules[above], last, module)
        fill(module, is_package, code)


def open_door():
    try:
        with open(PACKAGE + "/gate.bundle", "rb") as file:
            magic, needed, rest = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        magic = None  # no bundle, or a damaged one
    if magic == MAGIC:
        load(needed)
        Shelf.modules = rest
        sys.meta_path.insert(0, Shelf)
    sys.path.insert(0, PACKAGE[: -len("/guard")])
    from guard.doorkeeper import main

    main(sys.argv[1:])


open_door()
