"""Make ``gate.bundle``: the modules of the gate, compiled, in one file (read by guard/gate.py).

Run by the interpreter that will run the gate, since compiled code is its own: ``python -m guard.setup.bundle``.
"""

import ast
import importlib.util
import marshal
import os

from guard.core.home import PACKAGE
from guard.lists.seal import replace

# What nearly every command needs, pip's grammar among it, since most commands are pip's: made at once, in order.
ROOTS = (
    "doorkeeper", "core.grammar.read", "core.grammar.pip", "core.grammar.argument", "core.grammar.reqfile",
    "core.lookup", "core.judge", "core.attempt", "core.journal", "resolver.entry",
)  # fmt: skip
# What is made when it is imported.
ROOMS = ("core", "core.grammar")


def modules(package):
    """Two dicts {name: (is a package, code as marshal)}: what ROOTS import, each after what it imports; the rest."""
    needed = {}
    for root in ROOTS:
        _add(package, root, needed)
    every = dict(needed)
    for room in ROOMS:
        for name in sorted(os.listdir(os.path.join(package, *room.split(".")))):
            if name.endswith(".py") and not name.startswith("_"):
                _add(package, f"{room}.{name[:-3]}", every)
    return _named(needed), _named({inner: every[inner] for inner in every if inner not in needed})


def _named(found):
    return {f"guard.{inner}".rstrip("."): module for inner, module in found.items()}


def _add(package, inner, found):
    """Add the module ``inner`` (dotted, below guard) and, before it, the packages it lies in and what it imports."""
    if inner in found:
        return
    folder = os.path.join(package, *inner.split(".")) if inner else package
    is_package = os.path.isdir(folder)
    file = os.path.join(folder, "__init__.py") if is_package else folder + ".py"
    if inner:
        _add(package, inner.rpartition(".")[0], found)
    with open(file, encoding="utf-8") as source:
        text = source.read()
    for imported in _imports(package, ast.parse(text), inner if is_package else inner.rpartition(".")[0]):
        _add(package, imported, found)
    # Without docstrings and assertions: what is not read need not be loaded.
    code = compile(text, file, "exec", dont_inherit=True, optimize=2)
    found[inner] = (is_package, marshal.dumps(code))


def _imports(package, tree, here):
    """The modules below guard that a module imports, relatively and at its own level, when it is loaded."""
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = here.split(".") if here else []
        base = base[: len(base) - node.level + 1] + (node.module.split(".") if node.module else [])
        for alias in node.names:
            inner = ".".join([*base, alias.name])
            path = os.path.join(package, *inner.split("."))
            # ``from .room import module`` names a module, ``from .module import value`` does not.
            yield inner if os.path.exists(path + ".py") or os.path.isdir(path) else ".".join(base)


def write(package=PACKAGE):
    """Write the bundle beside gate.py, whole or not at all."""
    replace(os.path.join(package, "gate.bundle"), marshal.dumps((importlib.util.MAGIC_NUMBER, *modules(package))))


if __name__ == "__main__":
    write()
