"""``PYTHON -I -S bundle.py``: compile the room for this Python, and put what every pip needs of it into one file.

It is run by each interpreter that guard is let into, since compiled code is its own. Only an installed guard gets a
bundle: in a checkout files change, and nobody would notice that the bundle did not.
"""

import marshal
import os
import runpy
import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ROOTS = ("resolver.finder", "resolver.tool", "resolver.session", "resolver.inpip")  # with what they import
# With what they import, made when something in it is asked for: where no gate has judged the command, and what refuses.
_OFTEN = (
    "core.grammar.read", "core.grammar.pip", "core.grammar.pip_options", "core.grammar.options", "core.unlisted",
    "core.lookalike", "core.refusal", "core.attempt", "core.handoff", "core.journal",
)  # fmt: skip


def main():
    from compileall import compile_dir, compile_file
    from py_compile import PycInvalidationMode as Mode

    installed = os.path.exists(_PACKAGE + "/gate.bundle")
    # Unchecked: a restored backup changes the times of files, not what they hold.
    how = {"quiet": 1, "force": installed, "invalidation_mode": Mode.UNCHECKED_HASH if installed else Mode.TIMESTAMP}
    for folder in ("core", "resolver"):
        compile_dir("%s/%s" % (_PACKAGE, folder), **how)
    compile_file(_PACKAGE + "/__init__.py", **how)
    if installed:
        _write(runpy.run_path(_PACKAGE + "/resolver/room.py"))


def _write(room):
    """Write the bundle, whole or not at all: an interpreter may start at any moment."""
    path = room["bundle_path"](_PACKAGE)
    beside = "%s.%d" % (path, os.getpid())
    # One marshal of all that is made at once: a string that many modules name is read once.
    needed, often = _imported(room)
    modules = {m.__name__: (hasattr(m, "__path__"), _compiled(m.__file__)) for m in needed}
    modules.update((m.__name__, (hasattr(m, "__path__"), marshal.dumps(_compiled(m.__file__)))) for m in often)
    with open(beside, "wb") as file:
        file.write(MAGIC_NUMBER + marshal.dumps((_compiled(_PACKAGE + "/unbundle.py"), modules)))
    os.chmod(beside, 0o644)
    os.replace(beside, path)


def _imported(room):
    """The modules that _ROOTS import, and those that _OFTEN do besides, each after those that it imports."""
    done = []
    inner = SourceFileLoader.exec_module

    def exec_module(loader, module):
        inner(loader, module)
        done.append(module)

    SourceFileLoader.exec_module = exec_module  # type: ignore[method-assign]  # this process does nothing else
    room["import_package"](_PACKAGE)
    found = []
    for names in (_ROOTS, _OFTEN):
        for name in names:
            import_module("%s.%s" % (room["NAME"], name))
        found.append([module for module in done if module.__name__.partition(".")[0] == room["NAME"]])
        done.clear()
    return found


def _compiled(path):
    """The code of a module's file without docstrings and assertions."""
    with open(path, encoding="utf-8") as file:
        return compile(file.read(), path, "exec", dont_inherit=True, optimize=2)


if __name__ == "__main__":
    sys.exit(main())
