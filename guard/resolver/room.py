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
        bundle = _bundle(package)
        if bundle is None:
            import_package(package)
            return
        unbundle = {}
        exec(bundle[0], unbundle)  # noqa: S102  # guard's own, compiled when it was installed
        unbundle["unpack"](package, bundle[1], type(sys.__spec__))
    except BaseException:
        sys.modules.pop(NAME, None)
        raise


def bundle_path(package):
    return "%s/resolver/%s.bundle" % (package, sys.implementation.cache_tag)


def _bundle(package):
    """(code of guard.unbundle, modules as that takes them); None: none for this interpreter, or a damaged one."""
    magic = _EXTERNAL.MAGIC_NUMBER  # of this interpreter's compiled code; no other can be read
    try:
        with open(bundle_path(package), "rb", 0) as file:
            data = file.read()
        return marshal.loads(memoryview(data)[len(magic) :]) if data.startswith(magic) else None
    except (OSError, ValueError, EOFError, TypeError):
        return None


def import_package(package):
    """The same by importlib: what lies below the package is imported when it is asked for."""
    path = package + "/__init__.py"
    spec = _EXTERNAL.spec_from_file_location(NAME, path, submodule_search_locations=[package])
    sys.modules[NAME] = module = sys.modules["_frozen_importlib"].module_from_spec(spec)
    spec.loader.exec_module(module)
