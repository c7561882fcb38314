"""What a uv command asks for: ``pip install|sync|compile``, ``add``, ``sync``, ``lock``, ``run``, ``tool …``, ``uvx``.

What uv's own resolver pulls in behind these is not seen by guard.
"""

from .. import kernel as os
from ..command import NO_INDEX, Command, Invocation
from ..names import normalise
from . import argument, other_args, reqfile
from .other_options import UV
from .other_project import Project
from .reader import DEFAULT_INDEX, TRUE, Reader, remote

_OF_PROJECTS = ("pyproject.toml", "uv.lock")  # where what the tables say of one dependency holds
_PROJECTS = ("pyproject.toml", "setup.py", "setup.cfg")  # as a requirement file, each stands for its project


def read(invocation):
    """The Command that ``invocation`` (of uv or uvx) is."""
    if invocation.tool.startswith("uvx"):
        verb, before, rest = "tool run", other_args.Given(), invocation.args
    else:
        verb, before, rest = other_args.command(invocation.args, UV)
    command = Command("uv", verb)
    how = _VERBS.get(verb)
    if not how or "help" in before.options or "version" in before.options:
        return command
    given = other_args.parse(rest, UV[verb], stop=verb in ("run", "tool run"))
    for name, values in before.options.items():
        given.options.setdefault(name, values)
    if "help" in given.options:
        return command
    command.installs = True
    command.rejected = given.error
    environ = invocation.environ
    cwd = os.path.join(invocation.cwd, given.last("directory") or environ.get("UV_WORKING_DIR", ""))
    reader = Reader(command, cwd, environ)
    for text in given.strange:
        reader.unseen(text, "an option that guard does not know, or its value")
    project = Project(reader, os.path.join(cwd, given.last("project") or environ.get("UV_PROJECT", "")), "uv.lock")
    how(project, given)
    _indexes(project, given)
    return command


def _indexes(project, given):
    """Which indexes are asked, by options or variables, uv's tables and requirement files, and for whom only one."""
    from . import uv_tables

    reader, environ = project.reader, project.reader.environ
    asked = _options(given, environ)
    file = given.last("config-file") or environ.get("UV_CONFIG_FILE", "")
    if file or ("no-config" not in given.options and environ.get("UV_NO_CONFIG", "").lower() not in TRUE):
        asked.add(uv_tables.indexes(project, environ, file))
    if "no-sources" not in given.options and environ.get("UV_NO_SOURCES", "").lower() not in TRUE:
        single = uv_tables.named(project)  # they are the project's own word, whatever is said of configuration
        for name in given.all("no-sources-package") or environ.get("UV_NO_SOURCES_PACKAGE", "").split():
            single.pop(normalise(name), None)
        for target in reader.command.targets:
            if target.where.endswith(_OF_PROJECTS):
                target.index = single.get(target.name, "")
    in_files = list(reader.asked)
    asked.none = asked.none or NO_INDEX in in_files
    if in_files and not asked.main:
        asked.main = in_files.pop(0)
    links = asked.links + reader.links
    found = [asked.main or DEFAULT_INDEX, *asked.more, *(url for url in in_files if url != DEFAULT_INDEX)]
    configured = asked.main or len(found) > 1 or links
    reader.command.indexes[:] = [NO_INDEX, *links] if asked.none else found + links if configured else []


def _options(given, environ):
    from .uv_tables import Asked

    main = given.all("default-index", "index-url")[-1:] or [
        environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL", "")
    ]
    more = [
        *(given.all("index") or environ.get("UV_INDEX", "").split()),
        *(given.all("extra-index-url") or environ.get("UV_EXTRA_INDEX_URL", "").split()),
    ]
    links = given.all("find-links") or environ.get("UV_FIND_LINKS", "").split(",")
    return Asked(_bare(main[0]), map(_bare, more), filter(remote, links), "no-index" in given.options)


def _bare(index):
    """The URL of an index that may be written as ``name=URL``."""
    name, equals, url = index.partition("=")
    return url if equals and "/" not in name else index


def _requirements(project, given):
    """Arguments, editables and requirement files, as the targets of the command."""
    for text in given.words:
        argument.read(project.reader, text)
    for text in given.all("editable"):
        if text:  # a flag behind ``uv add``, a value behind ``uv pip install``
            argument.editable(project.reader, text)
    _files(project, given.all("requirements"), given)


def _files(project, names, given=None):
    from . import locked

    for name in names:
        base = name.rpartition("/")[2]
        if name == "-":
            project.reader.unseen(name, "standard input; only the tool can read it")
        elif base in _PROJECTS:
            _sources_of(project.reader, name, given)
        elif locked.is_pylock(base):
            locked.pylock(project.reader, name)
        elif base.endswith(".py"):
            locked.script(project.reader, name)
        else:
            reqfile.read(project.reader, name)


def _sources_of(reader, name, given):
    """What a project needs, the project itself left out, with the extras that are asked for."""
    from . import project

    directory = os.path.dirname(reader.path(name))
    extras = given.all("extra") if given else []
    if given and "all-extras" in given.options:
        tables = project.pyproject(reader, directory)
        for path in (("project", "optional-dependencies"), ("tool", "poetry", "extras")):
            extras += project.table(tables, *path)
    project.read(reader, directory, extras, name, named=False)


def _install(project, given):
    _requirements(project, given)
    _groups(project.reader, given.all("group"))


def _groups(reader, wanted):
    if wanted:
        from . import project

        parted = [word.rpartition(":") for word in wanted]
        project.groups(reader, [(path or "pyproject.toml", group) for path, _, group in parted])


def _sources(project, given):
    _files(project, given.words, given)
    _groups(project.reader, given.all("group"))


def _add(project, given):
    _requirements(project, given)
    if not _script(project, given):
        project.declared(False)
        project.locked(False)


def _remove(project, given):
    project.driven(given.words)


def _sync(project, given):
    if not _script(project, given):
        project.driven()


def _version(project, given):
    """A new version of the project is locked and synced at once; without one the old is printed."""
    if given.words or "bump" in given.options:
        project.driven()
    else:
        project.reader.command.installs = False


def _lock(project, given):
    if not _script(project, given):
        project.locked(True)
        project.declared(True)


def _script(project, given):
    """Whether the command works on a script, whose header is then read."""
    name = given.last("script")
    if name:
        from . import locked

        locked.script(project.reader, name)
    return bool(name)


def _with(project, given):
    for text in given.all("with", "with-executables-from"):
        for one in _several(text):
            argument.read(project.reader, one)
    for text in given.all("with-editable"):
        argument.editable(project.reader, text)
    _files(project, given.all("with-requirements"))


def _several(text):
    """The requirements between commas, but for the commas in brackets and those before another version."""
    found = [""]
    for piece in text.split(","):
        last = found[-1]
        if last and (last.count("[") > last.count("]") or piece.lstrip()[:1] in tuple("!=<>~")):
            found[-1] = last + "," + piece
        else:
            found.append(piece)
    return [one for one in found if one.strip()]


def _run(project, given):
    _with(project, given)
    word = given.words[0] if given.words else ""
    if "module" not in given.options and ("script" in given.options or _is_script(word)):
        _header(project, word)
    if "no-project" not in given.options and "no-sync" not in given.options:
        project.driven(asked=False)
    words = ["python", "-m", word] if "module" in given.options else [word]
    _started(project, words + given.rest)


def _is_script(word):
    return word == "-" or word.endswith((".py", ".pyw")) or argument.scheme_of(word) in ("http", "https")


def _header(project, word):
    """A script runs with or without a header; only where there is one it names dependencies."""
    from . import locked

    if word == "-":
        return project.reader.unseen(word, "standard input; only the tool can read it")
    if argument.scheme_of(word) in ("http", "https"):
        return project.reader.unseen(word, "a remote script is not fetched before the tool runs")
    rejected = project.reader.command.rejected
    locked.script(project.reader, word)
    project.reader.command.rejected = rejected
    return None


def _started(project, words):
    """What is run may be an installer itself."""
    from .read import read as read_any

    reader = project.reader
    inner = read_any(Invocation(os.path.basename(words[0]), words[1:], reader.environ, reader.cwd))
    reader.command.targets += inner.targets
    reader.command.unseen += inner.unseen


def _tool_run(project, given):
    if given.words or given.all("from"):
        for text in given.all("from")[-1:] or given.words:
            _tool(project, text)
    _with(project, given)


def _tool_install(project, given):
    for text in given.words + given.all("from"):
        _tool(project, text)
    _with(project, given)


def _tool(project, text):
    """``name``, ``name@version``, ``name@latest`` or any requirement."""
    name, at, version = text.partition("@")
    if name == "python":
        return None  # an interpreter, not a package
    if at and version and "/" not in text and ":" not in text:
        text = name.strip() if version.strip() == "latest" else "%s==%s" % (name.strip(), version.strip())
    return argument.read(project.reader, text)


def _tool_upgrade(project, given):
    _tool_install(project, given)
    if "all" in given.options:
        project.reader.unseen("--all", "guard does not know which tools are installed")


def _build(project, given):
    from .other_project import Project as Other

    source = project.reader.path(given.words[0]) if given.words else project.start
    Other(project.reader, source, "uv.lock").build(True)


_VERBS = {
    "pip install": _install,
    "pip sync": _sources,
    "pip compile": _sources,
    "add": _add,
    "remove": _remove,
    "sync": _sync,
    "lock": _lock,
    "export": _sync,
    "tree": _sync,
    "run": _run,
    "build": _build,
    "tool install": _tool_install,
    "tool run": _tool_run,
    "tool upgrade": _tool_upgrade,
    "version": _version,
}
