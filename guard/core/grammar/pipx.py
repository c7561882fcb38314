"""What a pipx command asks for: ``install``, ``run``, ``inject``, ``upgrade``, ``install-all``, ``runpip``.

Behind each name pipx starts a pip of its own; what that pip resolves is judged where guard protects its interpreter.
"""

from .. import kernel as os
from ..command import Command, Invocation
from . import argument, other_args, reqfile
from .other_options import PIPX
from .reader import Reader


def read(invocation):
    """The Command that ``invocation`` (of pipx) is."""
    verb, before, rest = other_args.command(invocation.args, PIPX, abbreviate=True)
    command = Command("pipx", verb)
    how = _VERBS.get(verb)
    if not how or "help" in before.options or "version" in before.options:
        return command
    given = other_args.parse(rest, PIPX[verb], abbreviate=True, stop=verb in ("run", "runpip"))
    if "help" in given.options:
        return command
    command.installs = True
    command.rejected = given.error
    reader = Reader(command, invocation.cwd, invocation.environ)
    for text in given.strange:
        reader.unseen(text, "an option that guard does not know, or its value")
    how(reader, given)
    if verb != "runpip":
        _pip_args(reader, given)
    return command


def _install(reader, given):
    for text in given.words + given.all("preinstall"):
        argument.named(reader, text)
    for name in given.all("lock"):
        _lock(reader, name)


def _lock(reader, name):
    from . import locked

    locked.pylock(reader, name)


def _inject(reader, given):
    """The first word is the environment that the others go into."""
    for text in given.words[1:]:
        argument.named(reader, text)
    for name in given.all("requirement"):
        reqfile.read(reader, name)


def _run(reader, given):
    for text in given.all("with"):
        argument.named(reader, text)
    if given.all("spec"):
        argument.named(reader, given.last("spec"))
        if given.words:
            _started(reader, given.words[0], given.rest)
    elif given.words:
        _app(reader, given)


def _app(reader, given):
    """A package, a script (with a header of its own) or a script's URL; pip itself is run as pip."""
    word = given.words[0]
    if "://" in word and "@" not in word.partition("://")[0]:
        reader.unseen(word, "a remote script is not fetched before the tool runs")
    elif os.path.isfile(reader.path(word)) and (word.endswith(".py") or "path" in given.options):
        from . import locked

        rejected = reader.command.rejected
        locked.script(reader, word)
        reader.command.rejected = rejected  # a script without a header is no mistake
    else:
        argument.named(reader, word)
        _started(reader, word, given.rest)


def _started(reader, word, rest):
    from .read import read as read_any
    from .read import tool_of

    if tool_of(word):
        inner = read_any(Invocation(word, rest, reader.environ, reader.cwd))
        reader.command.targets += inner.targets
        reader.command.unseen += inner.unseen
        reader.command.indexes += inner.indexes


def _upgrade(reader, given):
    for text in given.words:
        argument.named(reader, text)


def _every(reader, given):
    reader.unseen("pipx " + reader.command.verb, "guard does not know which tools are installed")


def _listed(reader, given):
    """``install-all``: the names in the file that ``pipx list --json`` wrote."""
    for name in given.words:
        _spec_file(reader, name)


def _spec_file(reader, name):
    """JSON is TOML's cousin, not TOML: it is read with the interpreter's own scanner, which costs no import of json."""
    data = reqfile.contents(reader, reader.path(name), name, "")
    if data is None:
        return
    import json  # 7 ms, on a command that runs for minutes

    try:
        venvs = json.loads(data)["venvs"].values()
        packages = [p for venv in venvs for p in _packages(venv["metadata"])]
    except (ValueError, KeyError, TypeError, AttributeError):
        reader.reject(name, "is not what pipx list --json writes")
        return
    for text in packages:
        argument.named(reader, text, name)


def _packages(metadata):
    for package in [metadata["main_package"], *metadata.get("injected_packages", {}).values()]:
        yield package.get("package_or_url") or package["package"]


def _runpip(reader, given):
    """The first word is the environment, the others are a command line of pip."""
    _started(reader, "pip", given.rest)


def _pip_args(reader, given):
    """What the pip behind it is given besides and configured to, requirement files and indexes among it."""
    from . import shell

    words = ["--index-url=" + url for url in given.all("index-url")[-1:]]
    for text in given.all("pip-args"):
        try:
            words += shell.split(text)
        except ValueError:
            continue  # pipx stops at it
    from . import pip

    inner = pip.read(Invocation("pip", ["install", *words], reader.environ, reader.cwd))
    reader.command.targets += inner.targets
    reader.command.unseen += inner.unseen
    reader.command.indexes += [url for url in inner.indexes if url not in reader.command.indexes]


_VERBS = {
    "install": _install,
    "install-all": _listed,
    "inject": _inject,
    "run": _run,
    "upgrade": _upgrade,
    "upgrade-all": _every,
    "upgrade-shared": lambda reader, given: None,
    "reinstall": _upgrade,
    "reinstall-all": _every,
    "runpip": _runpip,
    "manifest sync": _every,
    "manifest lock": _every,
}
