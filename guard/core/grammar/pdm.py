"""What a pdm command asks for: ``add``, ``install``, ``sync``, ``update``, ``lock``, ``remove``, ``run``, ``self add``.

What pdm's own resolver pulls in behind these is not seen by guard.
"""

from .. import kernel as os
from ..command import NO_INDEX, Command, Invocation
from . import argument, other_args, pyproject
from .other_options import PDM
from .other_project import Project
from .reader import DEFAULT_INDEX, TRUE, Reader, home_of


def read(invocation):
    """The Command that ``invocation`` (of pdm) is."""
    verb, before, rest = other_args.command(invocation.args, PDM, abbreviate=True)
    command = Command("pdm", verb)
    how = _VERBS.get(verb)
    if not how or "help" in before.options or "version" in before.options:
        return command
    given = other_args.parse(rest, PDM[verb], abbreviate=True, stop=verb == "run")
    if "help" in given.options:
        return command
    command.installs = True
    command.rejected = given.error
    reader = Reader(command, invocation.cwd, invocation.environ)
    for text in given.strange:
        reader.unseen(text, "an option that guard does not know, or its value")
    project = Project(reader, os.path.join(invocation.cwd, given.last("project")), given.last("lockfile") or "pdm.lock")
    how(project, given)
    command.indexes.extend(_indexes(project))
    return command


def _indexes(project):
    """The sources of the project behind the default one, whose place a source named ``pypi`` takes."""
    sources = pyproject.table(project.tables, "tool", "pdm").get("source")
    found = [source for source in sources if isinstance(source, dict)] if isinstance(sources, list) else []
    found = [source for source in found if isinstance(source.get("url"), str)]
    default, ignored, more = _stored(project)
    if ignored:
        return [source["url"] for source in found] or [NO_INDEX]
    found += more
    if all(source.get("name") != "pypi" for source in found) and (found or default != DEFAULT_INDEX):
        found.insert(0, {"url": default})
    return [source["url"] for source in found]


def _stored(project):
    """(URL of the default index, whether what is stored is ignored, further sources): pdm's variables, the project's
    pdm.toml, the user's own.
    """
    environ = project.reader.environ
    home = environ.get("XDG_CONFIG_HOME") or home_of(environ) + "/.config"
    named = environ.get("PDM_CONFIG_FILE") or home + "/pdm/config.toml"
    default, ignored = environ.get("PDM_PYPI_URL", ""), environ.get("PDM_IGNORE_STORED_INDEX", "").lower()
    known = ignored in TRUE if ignored else None
    more = []
    for path in ((project.root or project.start) + "/pdm.toml", named):
        table = pyproject.table(pyproject.tables(project.reader, path, path), "pypi")
        default = default or (table.get("url") if isinstance(table.get("url"), str) else "")
        known = table.get("ignore_stored_index") if known is None else known
        more += [one for one in table.values() if isinstance(one, dict) and isinstance(one.get("url"), str)]
    return default or DEFAULT_INDEX, known is True, more


def _add(project, given):
    for text in given.words:
        argument.named(project.reader, text)
    for text in given.all("editable"):
        argument.editable(project.reader, text)
    project.declared(False)
    project.locked(False)


def _install(project, given):
    if "plugins" in given.options:
        plugins = pyproject.table(project.tables, "tool", "pdm").get("plugins")
        pyproject.Declared(project.reader, project.tables, True).lines(plugins)
    else:
        project.driven()


def _lock(project, given):
    project.locked(True)
    project.declared(True)


def _remove(project, given):
    project.driven(given.words)


def _build(project, given):
    project.build(True)


def _publish(project, given):
    if "no-build" in given.options:
        project.reader.command.installs = False
    else:
        project.build(True)


def _run(project, given):
    """What is run may be an installer itself."""
    from .read import read as read_any

    if given.words:
        reader = project.reader
        inner = read_any(Invocation(os.path.basename(given.words[0]), given.rest, reader.environ, reader.cwd))
        reader.command.targets += inner.targets
        reader.command.unseen += inner.unseen
        reader.command.installs = inner.installs


def _self_add(project, given):
    for text in given.words:
        argument.named(project.reader, text)


def _self_update(project, given):
    argument.named(project.reader, "pdm")


_VERBS = {
    "add": _add,
    "install": _install,
    "sync": _install,
    "update": _install,
    "lock": _lock,
    "remove": _remove,
    "build": _build,
    "publish": _publish,
    "run": _run,
    "self add": _self_add,
    "plugin add": _self_add,
    "self update": _self_update,
    "plugin update": _self_update,
}
