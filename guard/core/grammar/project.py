"""What a project on this machine says it needs, read from its own files without running any of it.

    pyproject.toml   [project], [dependency-groups] (PEP 735), [build-system], [tool.poetry], and the files that
                     [tool.setuptools.dynamic] points at
    setup.cfg        [metadata] name, [options] install_requires, [options.extras_require]

``setup.py`` is a program; what it would compute is not guessed, and it is not reported as unseen either: installing a
checkout is weekly life, a warning each time would teach people to look away, and whatever it asks an index for is
judged inside the resolver before the request. Build requirements are what the tool resolves on the way, so they are
targets that the command does not itself ask for.
"""

from .. import kernel as os
from ..errors import BadData
from ..names import is_name, normalise
from . import plain_toml, reqfile
from .pyproject import Declared, strings, table
from .requirement import Malformed, Requirement


def read(reader, directory, extras=(), text="", where="", named=True):
    """Add the project in ``directory``, with those of its optional dependencies that ``extras`` name.

    text, where  as the project was asked for
    named        whether the project itself is a target, by the name it gives itself
    """
    key = (directory, tuple(sorted(normalise(extra) for extra in extras)))
    if key in reader.seen:
        return
    reader.seen.add(key)
    tables = pyproject(reader, directory, text, where)
    sections = _setup_cfg(reader, directory)
    project = table(tables, "project")
    poetry = table(tables, "tool", "poetry")
    name = _text(project, "name") or _text(poetry, "name") or _text(table(sections, "metadata"), "name")
    if named and is_name(name):
        version = _text(project, "version") or _text(poetry, "version")
        reader.found(Requirement(name, (), version), text or directory, where, True, directory)
    place = os.path.relpath(directory, reader.cwd)
    place = "" if place == "." else place + "/"
    wanted = {normalise(extra) for extra in extras}
    if reader.dependencies:
        at = place + "pyproject.toml"
        _project_table(reader, project, wanted, at, directory)
        _poetry_table(reader, poetry if "dependencies" not in project else {}, wanted, at)
        _dynamic(reader, table(tables, "tool", "setuptools", "dynamic"), wanted, directory)
        _options(reader, sections, wanted, place + "setup.cfg", directory)
    Declared(reader, tables, False, place + "pyproject.toml [build-system]").build()


def pyproject(reader, directory, text="", where=""):
    """The tables of ``directory``/pyproject.toml, {} where there is none or it does not parse (pip stops then)."""
    path = os.path.join(directory, "pyproject.toml")
    if not os.path.lexists(path):
        return {}
    return toml(reader, path, text or path, where)


def toml(reader, path, text, where=""):
    """The tables of a TOML file; {} with the reason noted where it cannot be read or does not parse."""
    data = reqfile.contents(reader, path, text, where)
    if data is None:
        return {}
    try:
        return plain_toml.read(data)
    except BadData as error:
        reader.reject(text, "%s: %s" % (os.path.basename(path), error.message), where)
        return {}


def groups(reader, wanted):
    """Add the dependency groups ``[(path of a pyproject.toml, group)]``, included groups too (PEP 735)."""
    for path, group in wanted:
        tables = toml(reader, reader.path(path), path)
        known = {normalise(name): lines for name, lines in table(tables, "dependency-groups").items()}
        if tables or not reader.command.rejected:
            _group(reader, known, normalise(group), path, ())


def _group(reader, known, group, path, above):
    if group not in known or group in above:
        reader.reject("--group %s" % group, "includes itself" if group in above else "no such group in %s" % path)
        return
    for entry in known[group] if isinstance(known[group], list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
            _group(reader, known, normalise(entry["include-group"]), path, above + (group,))
        elif isinstance(entry, str):
            _add(reader, entry, path)


def _project_table(reader, project, wanted, where, directory):
    for line in strings(project.get("dependencies")):
        _add(reader, line, where)
    for extra, lines in table(project, "optional-dependencies").items():
        if normalise(extra) in wanted:
            for line in strings(lines):
                _add(reader, line, where, own=(directory, _text(project, "name")))


def _poetry_table(reader, poetry, wanted, where):
    dependencies = table(poetry, "dependencies")
    asked = {normalise(name) for extra, names in table(poetry, "extras").items() if normalise(extra) in wanted
             for name in strings(names)}  # fmt: skip
    chosen = {
        name: said
        for name, said in dependencies.items()
        if not (isinstance(said, dict) and said.get("optional") is True) or normalise(name) in asked
    }
    Declared(reader, {}, True, where).constraints(chosen)


def _dynamic(reader, dynamic, wanted, directory):
    """Requirements that setuptools reads from files which pyproject.toml names."""
    chosen = [table(dynamic, "dependencies")]
    for extra, said in table(dynamic, "optional-dependencies").items():
        if normalise(extra) in wanted and isinstance(said, dict):
            chosen.append(said)
    for said in chosen:
        files = said.get("file", ())
        for name in [files] if isinstance(files, str) else strings(files):
            _lines_of(reader, directory, name)


def _lines_of(reader, directory, name):
    """Requirements, one a line, of a file that setuptools would read: no options, no includes."""
    path = os.path.join(directory, name)
    if not os.path.isfile(path):
        return
    data = reqfile.contents(reader, path, name, "")
    for number, line in reqfile.logical(data.decode("utf-8", "replace") if data else ""):
        if line[0] != "-":
            _add(reader, line, "%s:%d" % (name, number))


def _setup_cfg(reader, directory):
    path = os.path.join(directory, "setup.cfg")
    try:
        with open(path, "rb") as file:
            data = file.read(reqfile.LIMIT)
    except OSError:
        return {}
    if b"install_requires" not in data and b"name" not in data and b"extras_require" not in data:
        return {}
    from .pip_config import plain

    sections = plain(data)
    if sections is None:
        from .. import apart

        try:
            sections = apart.ini(data)
        except BadData:
            return {}  # the build will say so
    return sections


def _options(reader, sections, wanted, where, directory):
    chosen = [table(sections, "options").get("install_requires", "")]
    for extra, lines in table(sections, "options.extras_require").items():
        if normalise(extra.partition(":")[0]) in wanted:
            chosen.append(lines)
    for value in chosen:
        if value.strip().startswith("file:"):
            for name in value.strip()[5:].replace("\n", ",").split(","):
                _lines_of(reader, directory, name.strip())
            continue
        for line in value.splitlines() if "\n" in value else value.split(";"):
            if line.strip() and line.strip()[0] != "#":
                _add(reader, line.strip(), where)


def _add(reader, line, where, own=("", "")):
    try:
        wanted = reader.requirement(line)
    except Malformed:
        reader.unseen(line, "not a requirement", where)
        return
    if own[1] and normalise(wanted.name) == normalise(own[1]):
        read(reader, own[0], wanted.extras, named=False)  # an extra that asks for other extras of the same project
    else:
        reader.found(wanted, line, where)


def _text(table, key):
    value = table.get(key)
    return value if isinstance(value, str) else ""
