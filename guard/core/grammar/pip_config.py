"""pip's settings outside the command line: its configuration files and the ``PIP_…`` variables.

They can add targets (``requirement``, ``editable``, ``group``), indexes and an interpreter, so they are read where pip
reads them and in its order: a later file overrides an earlier one, the command's section overrides ``[global]``, the
environment overrides files.
"""

import os
import stat
import sys

from ..errors import BadData
from .reqfile import LIMIT

_FILE = "pip.conf"


def settings(reader, command, prefix, isolated):
    """{option without dashes: raw value} that pip would take as defaults of ``command`` ("" for the general parser).

    prefix    that of pip's interpreter, "" where it is not known
    isolated  ``--isolated``: neither the user's file nor the environment counts
    A file that does not parse stops pip; the reason goes to ``reader``.
    """
    environ = reader.environ
    found = {"global": {}, command: {}}
    for path in files(environ, prefix, isolated):
        for section, options in _read(reader, path).items():
            if section in found:
                found[section].update((_key(key), value) for key, value in options.items())
    merged = dict(found["global"])
    merged.update(found[command])
    if not isolated:
        for name in environ:
            if name[:4] == "PIP_" and name not in ("PIP_VERSION", "PIP_HELP"):
                merged[_key(name[4:])] = environ[name]
    return {key: value for key, value in merged.items() if value}


def _key(name):
    name = name.lower().replace("_", "-")
    return name[2:] if name.startswith("--") else name


def files(environ, prefix, isolated):
    """The configuration files, the weakest first, whether they exist or not."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    home = environ.get("HOME") or _home()
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


def _home():
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return "/"


def _read(reader, path):
    try:
        path = os.path.join(reader.cwd, path)
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LIMIT:
            return {}
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError):
        return {}
    sections = plain(data)
    if sections is None:
        from .. import apart

        try:
            sections = apart.ini(data)
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
    sections, section, key = {}, None, ""
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
            if section is None or not equals or not key or ":" in name or key in section:
                return None
            section[key] = value.strip()
    return sections
