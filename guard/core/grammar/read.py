"""Which tool a line starts, and so which grammar reads it. Each grammar is imported only when its tool is named."""

from ..command import Command, Invocation

_PYTHON_VALUES = "WX"  # python's own options that take a value, -c and -m aside
_DIGITS = frozenset("0123456789.")
MODULES = ("pip", "poetry", "uv", "pipx", "pdm")


def read(invocation):
    """The Command that an Invocation asks for; one that installs nothing for a tool that guard does not know.

    Raises CannotJudge where a project file needs guard's own parser and that cannot be started.
    """
    tool = tool_of(invocation.tool)
    if tool == "python":
        started = _module(invocation)
        return read(started) if started else Command("python")
    if tool == "pip":
        from . import pip

        return pip.read(invocation)
    if tool == "poetry":
        from . import poetry

        return poetry.read(invocation)
    if tool == "uv":
        from . import uv

        return uv.read(invocation)
    if tool == "pipx":
        from . import pipx

        return pipx.read(invocation)
    if tool == "pdm":
        from . import pdm

        return pdm.read(invocation)
    return Command(invocation.tool)


def tool_of(word):
    """``pip3.11`` -> ``pip``, ``uvx`` -> ``uv``, ``py`` and ``pypy3`` -> ``python``; "" for any other word."""
    if word.endswith(".exe"):
        word = word[:-4]
    for stem, tool in (("pip", "pip"), ("python", "python"), ("pypy", "python"), ("pythonw", "python")):
        if word.startswith(stem) and _DIGITS.issuperset(word[len(stem) :]):
            return tool
    return {"poetry": "poetry", "uv": "uv", "uvx": "uv", "pipx": "pipx", "pdm": "pdm", "py": "python"}.get(word, "")


def _module(invocation):
    """The Invocation behind ``python -m pip …`` or ``python …/bin/pip …``; None where it runs something else."""
    args = invocation.args
    place = 0
    if invocation.tool in ("py", "py.exe") and args and _launcher(args[0]):
        place = 1
    while place < len(args):
        word = args[place]
        place += 1
        if word[:1] != "-" or word == "-":
            return _started(invocation, word.replace("\\", "/").rpartition("/")[2], args[place:], word)
        if word == "--check-hash-based-pycs":
            place += 1
        elif word[:2] == "--":
            return None  # --help, --version and what python does not know
        else:
            module, place = _cluster(args, place)
            if module is not None:
                return _started(invocation, module, args[place:]) if module else None
    return None


def _launcher(word):
    """Whether the py launcher takes this first word itself: ``-3``, ``-3.11-64``, ``-V:3.11``."""
    return word[:1] == "-" and (word[1:2].isdigit() or word[:3] == "-V:")


def _cluster(args, place):
    """Read python's clustered short options in ``args[place - 1]``: (module, place); None: go on, "": end."""
    word = args[place - 1]
    for at, letter in enumerate(word[1:], 1):
        rest = word[at + 1 :]
        if letter == "m":
            if not rest:
                rest = args[place] if place < len(args) else ""
                place += 1
            return (rest.rpartition(".__main__")[0] or rest), place
        if letter in "chV?":
            return "", place  # a program given as text, help, a version
        if letter in _PYTHON_VALUES:
            return None, place if rest else place + 1
    return None, place


def _started(invocation, name, args, script=""):
    tool = tool_of(name)
    if tool not in MODULES or (not script and name not in MODULES):
        return None
    return Invocation(name, args, invocation.environ, invocation.cwd, invocation.path)
