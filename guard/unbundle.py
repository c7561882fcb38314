"""It unpacks a bundle: guard's own modules, compiled, in one file. This module lies in each bundle itself.

gate.py reads the gate's (guard.setup.bundle makes it), the room that of the interpreter it is in (resolver/bundle.py).
What importlib does around each module, locks, specs and finders, is left out: it is two thirds of the cost.
"""

import marshal
import sys

MAGIC = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER  # of this interpreter's compiled code


def open_gate(package, data):
    """Make the gate's modules out of its bundle: MAGIC, the size of this module's code, that code, theirs."""
    # This process lives for milliseconds. The module is built in; importlib takes a tenth of one to find that out.
    sys.modules["_imp"].create_builtin(type(sys.__spec__)("gc", None)).disable()
    modules = marshal.loads(memoryview(data)[8 + int.from_bytes(data[4:8], "little") :])
    shelf = Shelf(package)
    sys.meta_path.insert(0, shelf)
    try:
        unpack(package, modules)
    except Exception:  # it is damaged: the modules are imported as usual, all of them
        sys.meta_path.remove(shelf)
        for name in modules:
            sys.modules.pop(name, None)
        raise


def unpack(package, modules, make_spec=None):
    """Make ``modules`` ({name: (is a package, code)}), each of which stands after those that it imports.

    package: the folder of guard's package, whatever the modules call it; make_spec: ModuleSpec, where what shares the
    interpreter may look for specs. Code that is still marshal is run when something in the module is first asked for.
    """
    for name, (is_package, code) in modules.items():
        module = type(sys)(name)
        if make_spec is not None:
            module.__spec__ = make_spec(name, None, is_package=is_package)
        above, _, last = name.rpartition(".")
        module.__package__ = name if is_package else above
        sys.modules[name] = module
        if above:
            setattr(sys.modules[above], last, module)
        if isinstance(code, bytes):
            module.__getattr__ = _later(module, package, is_package, code)
        else:
            _fill(module, package, is_package, code)


def _later(module, package, is_package, code):
    """The ``__getattr__`` (PEP 562) of a module that is made when it is needed: many a command ends before that."""
    inside = module.__dict__

    def fill(name):
        if inside.pop("__getattr__", None):
            _fill(module, package, is_package, marshal.loads(code))
        if name in inside:
            return inside[name]
        raise AttributeError(name)

    return fill


class Shelf:
    """The finder of what only some commands need, all of it in ``gate.shelf``, read when one of them is asked for."""

    def __init__(self, package):
        self.package = package
        self.is_read = False

    def find_spec(self, name, path=None, target=None):
        if self.is_read or not name.startswith("guard."):
            return None
        self.is_read = True
        # Of two builds, a module may lie in both files: the one that was made is the one.
        modules = {inner: module for inner, module in self._read().items() if inner not in sys.modules}
        unpack(self.package, modules)
        return type(sys.__spec__)(name, self) if name in modules else None

    def _read(self):
        """{name: (is a package, code as marshal)}"""
        try:
            with open(self.package + "/gate.shelf", "rb", 0) as file:
                data = file.read()
            return marshal.loads(memoryview(data)[len(MAGIC) :]) if data.startswith(MAGIC) else {}
        except (OSError, ValueError, EOFError, TypeError):
            return {}  # the modules are imported as usual

    def create_module(self, spec):
        return sys.modules[spec.name]  # it lies there already

    def exec_module(self, module):
        pass  # it is made when something in it is asked for


def _fill(module, package, is_package, code):
    """Run a module's code in it."""
    _, dot, inner = module.__name__.partition(".")
    file = package + (dot + inner).replace(".", "/")
    if is_package:
        module.__path__ = [file]
    module.__file__ = file + ("/__init__.py" if is_package else ".py")
    exec(code, module.__dict__)
