"""It opens the room: guard's package in a tool's interpreter, under a private name, as the index has a ``guard`` too.

The runner and a .pth line read this module alone, before there is a package. An installed guard has a bundle of what
every pip needs, one for each Python that it was let into (bundle.py); where there is none, the modules are imported as
usual, one by one, which costs twice as much.
"""

import marshal
import sys

NAME = "_typoguard"
_EXTERNAL = sys.modules["_frozen_importlib_external"]  # what importlib offers, wherever its folder is looked for


def open_room(package):
    """Put the package in the folder ``package`` into sys.modules. Raises whatever a damaged one raises."""
    if NAME in sys.modules:
        return
    try:
        modules = bundled(package)
        if modules:
            _unpack(package, modules)
        else:
            import_package(package)
    except BaseException:
        sys.modules.pop(NAME, None)
        raise


def bundle_path(package):
    return "%s/resolver/%s.bundle" % (package, sys.implementation.cache_tag)


def bundled(package):
    """{name: (is a package, code)} of the bundle for this interpreter, {} where there is none, or a damaged one."""
    magic = _EXTERNAL.MAGIC_NUMBER  # of this interpreter's compiled code; no other can be read
    try:
        with open(bundle_path(package), "rb", 0) as file:
            data = file.read()
        return marshal.loads(memoryview(data)[len(magic) :]) if data.startswith(magic) else {}
    except (OSError, ValueError, EOFError, TypeError):
        return {}


def _unpack(package, modules):
    """Make the modules, each after those that it imports, without what importlib does around each."""
    make_spec = type(sys.__spec__)
    for name, (is_package, code) in modules.items():
        file = package + name[len(NAME) :].replace(".", "/")
        module = type(sys)(name)
        module.__spec__ = make_spec(name, None, is_package=is_package)
        module.__package__ = module.__spec__.parent
        module.__file__ = file + ("/__init__.py" if is_package else ".py")
        if is_package:
            module.__path__ = [file]
        sys.modules[name] = module
        above, _, last = name.rpartition(".")
        if above:
            setattr(sys.modules[above], last, module)
        exec(code, module.__dict__)  # noqa: S102  # guard's own, compiled when it was installed


def import_package(package):
    """The same by importlib: what lies below the package is imported when it is asked for."""
    path = package + "/__init__.py"
    spec = _EXTERNAL.spec_from_file_location(NAME, path, submodule_search_locations=[package])
    sys.modules[NAME] = module = sys.modules["_frozen_importlib"].module_from_spec(spec)
    spec.loader.exec_module(module)
