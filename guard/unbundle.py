"""It unpacks ``gate.bundle``, which gate.py has read; this module lies in the bundle itself.

What importlib does around each module, locks, specs and finders, is left out: it is two thirds of the cost.
"""

import marshal
import sys


def unpack(package, modules):
    """Make ``modules`` ({name: (is a package, code)}), each of which stands after those that it imports."""
    Shelf.package = package
    sys.meta_path.insert(0, Shelf)
    for name, (is_package, code) in modules.items():
        module = type(sys)(name)
        above, _, last = name.rpartition(".")
        module.__package__ = name if is_package else above
        sys.modules[name] = module
        if above:
            setattr(sys.modules[above], last, module)
        _fill(module, is_package, code)


class Shelf:
    """The finder of what only some commands need; ``gate.shelf`` is read when the first of them is asked for."""

    package = ""
    modules = None  # {name: (is a package, code as marshal)}

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if not name.startswith("guard."):
            return None
        if cls.modules is None:
            cls.modules = cls._read()
        return type(sys.__spec__)(name, cls, is_package=cls.modules[name][0]) if name in cls.modules else None

    @classmethod
    def _read(cls):
        try:
            with open(cls.package + "/gate.shelf", "rb", 0) as file:
                return marshal.loads(file.read())
        except (OSError, ValueError, EOFError, TypeError):
            return {}  # the modules are imported as usual

    @staticmethod
    def create_module(spec):
        return None

    @classmethod
    def exec_module(cls, module):
        is_package, code = cls.modules[module.__name__]
        _fill(module, is_package, marshal.loads(code))


def _fill(module, is_package, code):
    """Run a module's code in it."""
    file = Shelf.package + module.__name__[len("guard") :].replace(".", "/")
    if is_package:
        module.__path__ = [file]
    module.__file__ = file + ("/__init__.py" if is_package else ".py")
    exec(code, module.__dict__)
