"""Make ``gate.bundle`` and ``gate.shelf``: the modules of the gate, compiled (read by guard.unbundle).

Run by the interpreter that will run the gate, since compiled code is its own: ``python -m guard.setup.bundle``.
"""

import ast
import importlib.util
import marshal
import os
import sys
from types import CodeType

from guard.core.home import PACKAGE
from guard.lists.seal import replace

# What every command needs, pip's grammar among it, since most commands are pip's: made at once, in order.
ROOTS = (
    "doorkeeper", "core.grammar.read", "core.grammar.pip", "core.grammar.options", "core.lookup", "core.judge",
    "core.attempt", "core.journal",
)  # fmt: skip
# What many commands need: in the bundle too, made when something in it is asked for.
OFTEN = (
    "core.grammar.argument", "core.grammar.reqfile", "core.grammar.specifier", "core.unlisted", "core.lookalike",
    "core.refusal", "resolver.entry",
)  # fmt: skip
# What is made when it is imported.
ROOMS = ("core", "core.grammar")
LINES = "co_linetable" if sys.version_info >= (3, 10) else "co_lnotab"


def rooms(package):
    """Three dicts {name: (is a package, code)}, each module after what it imports: ROOTS' part, OFTEN's, the rest."""
    needed = {}
    for root in ROOTS:
        _add(package, root, needed)
    often = dict(needed)
    for root in OFTEN:
        _add(package, root, often)
    every = dict(often)
    for room in ROOMS:
        for name in sorted(os.listdir(os.path.join(package, *room.split(".")))):
            if name.endswith(".py") and not name.startswith("_"):
                _add(package, f"{room}.{name[:-3]}", every)
    return _named(needed), _named(often, needed), _named(every, often)


def _named(found, known=()):
    return {f"guard.{inner}".rstrip("."): module for inner, module in found.items() if inner not in known}


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
    found[inner] = (is_package, _compiled(text, file))


def _compiled(text, file):
    """The code of a module without what nobody reads: docstrings, assertions, the lines of a traceback."""
    return _without_lines(compile(text, file, "exec", dont_inherit=True, optimize=2))


def _without_lines(code):
    constants = tuple(_without_lines(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_consts=constants, **{LINES: b""})


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
    """Write both files beside gate.py, each whole or not at all; one without the other does no harm."""
    needed, often, rest = rooms(package)
    rest = _each_apart(rest)
    replace(os.path.join(package, "gate.shelf"), importlib.util.MAGIC_NUMBER + marshal.dumps(rest))
    file = os.path.join(package, "unbundle.py")
    with open(file, encoding="utf-8") as source:
        opener = marshal.dumps(_compiled(source.read(), file))
    # One marshal of all that is made at once: a string that many modules name is read once.
    modules = marshal.dumps({**needed, **_each_apart(often)})
    head = importlib.util.MAGIC_NUMBER + len(opener).to_bytes(4, "little")
    replace(os.path.join(package, "gate.bundle"), head + opener + modules)


def _each_apart(found):
    return {name: (is_package, marshal.dumps(code)) for name, (is_package, code) in found.items()}


if __name__ == "__main__":
    write()
