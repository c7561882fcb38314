"""pip's settings outside the command line: its configuration files and the ``PIP_…`` variables.

They can add targets (``requirement``, ``editable``, ``group``), indexes and an interpreter, so they are read where pip
reads them and in its order: a later file overrides an earlier one, the command's section overrides ``[global]``, the
environment overrides files.
"""

import sys

from .. import kernel as os
from .reader import Refused, home_of

_FILE = "pip.conf"
_PYTHON_3 = (21, 0)  # the first pip that runs on Python 3 alone
_NO_OPTIONS = ("PIP_VERSION", "PIP_HELP", "PIP_CONFIG_FILE")  # variables that are no option's default
_LIMIT = 1024 * 1024  # bytes; no configuration file is larger


def read(reader, prefix, isolated):
    """The sections of all configuration files, {section: {option: raw value}}; a later file overrides an earlier one.

    prefix    that of pip's interpreter, "" where it is not known
    isolated  ``--isolated``: the user's file does not count
    A file that does not parse stops pip; the reason goes to ``reader``.
    """
    merged = {}  # type: dict
    for path in files(reader.environ, prefix, isolated):
        for section, options in _sections(reader, path).items():
            known = merged.setdefault(section, {})
            for key, value in options.items():
                known[_key(key)] = value
    return merged


def settings(sections, command, environ, any_case=False):
    """{option without dashes: raw value} that pip takes as defaults of ``command`` ("" for its general parser).

    sections  of ``read``; environ: {} for a command that is ``--isolated``; any_case: ``pip_…`` counts too (pip 9)
    """
    merged = dict(sections.get("global", ()))
    merged.update(sections.get(command, ()))
    for name in environ:
        if (name[:4] == "PIP_" or (any_case and name[:4].upper() == "PIP_")) and name not in _NO_OPTIONS:
            merged[_key(name[4:])] = environ[name]
    return {key: value for key, value in merged.items() if value}


def apply(reading, parser, configured):
    """Add what the ``settings`` give each option that the parser knows by this name; lists go before the line's own.

    Versions that would refuse a value leave the reading; raises Refused where none is left.
    """
    from .options import meanings

    for key, value in configured.items():
        for bits, kind, kept in meanings(parser, "--" + key, reading.mask, exact=True):
            try:
                if kind is not None:
                    _default(reading, kind, kept, key, value)
            except Refused:
                reading.mask &= ~bits
                if not reading.mask:
                    raise


def _default(reading, kind, kept, key, value):
    from .options import check

    if kind in ("true", "false"):
        if _true(value, key) and kept and kept not in reading.values:
            reading.values[kept] = [True]
        return
    given = value.split() if kind[0] == "+" else [value]
    if kind[0] in "=+!":
        for one in given:
            check(kind, "--" + key, one)
    if kept and kind[0] in "+!":
        reading.values[kept] = given + reading.values.get(kept, [])
    elif kept:
        reading.values.setdefault(kept, given)


def _true(value, key):
    if value.lower() in ("y", "yes", "t", "true", "on", "1"):
        return True
    if value.lower() in ("n", "no", "f", "false", "off", "0"):
        return False
    raise Refused("%s is not a valid value for %s option" % (value, key))


def _key(name):
    name = name.lower().replace("_", "-")
    return name[2:] if name.startswith("--") else name


def files(environ, prefix, isolated):
    """The configuration files, the weakest first, whether they exist or not."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    home = home_of(environ)
    if sys.platform == "darwin":
        paths = ["/Library/Application Support/pip/" + _FILE]
        user = home + "/Library/Application Support/pip"
        user = user if os.path.isdir(user) else home + "/.config/pip"
    else:
        paths = [
            base + "/pip/" + _FILE for base in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep) if base
        ]
        paths.append("/etc/" + _FILE)
        user = (environ.get("XDG_CONFIG_HOME") or home + "/.config") + "/pip"
    if not isolated and not (named and os.path.exists(named)):
        paths += [home + "/.pip/" + _FILE, user + "/" + _FILE]
    if prefix:
        paths.append(prefix + "/" + _FILE)
    return paths + [named] if named else paths


def _sections(reader, path):
    try:
        path = os.path.join(reader.cwd, path)
        found = os.stat(path)
        if not os.S_ISREG(found.st_mode) or found.st_size > _LIMIT:
            return {}
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError):
        return {}
    sections = plain(data)
    if sections is None:
        from .. import apart
        from ..errors import BadData

        try:
            sections = apart.ini(data, strict=reader.oldest >= _PYTHON_3)
        except BadData as error:
            reader.reject(path, error.message)
            return {}
    return sections


def plain(data):
    """{section: {option: value}} of an INI document in its plain form, None where it is anything else.

    Plain: ASCII, sections and options at the left edge, ``option = value``, indented lines that go on with the value,
    whole-line comments, nothing twice, no [DEFAULT]. All else is left to the real parser.
    """
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return None
    sections = {}  # type: dict
    section = {}  # type: dict
    key = ""
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped:
            continue
        if stripped[0] in "#;":
            continue
        if line[0].isspace():
            if not key or stripped[0] == "[":
                return None
            section[key] += "\n" + stripped
        elif line[0] == "[":
            name = stripped[1:-1]
            if stripped[-1] != "]" or not name or "]" in name or name in sections or name == "DEFAULT":
                return None
            section, key = sections.setdefault(name, {}), ""
        else:
            name, equals, value = stripped.partition("=")
            key = name.strip().lower()
            if not sections or not equals or not key or ":" in name or key in section:
                return None
            section[key] = value.strip()
    return sections
