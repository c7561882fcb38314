"""Settings: layers of TOML files, compiled for the gate, merged by the rule of who may loosen what.

Layers, strongest first: ``system`` (root's file), ``environment`` (GUARD_MODE, GUARD_ON_ERROR), ``user``, ``project``
(``[tool.guard]`` of the nearest pyproject.toml). A key is set by the strongest layer that names it; where a stronger
layer set it, a weaker one may only tighten it. Built-in defaults are no layer, so a user may loosen them; a project may
only tighten, always, since whoever wrote the working directory wrote that file.

A TOML file is parsed in a process apart and kept as ``marshal`` with the stamp of the file it was made from (inode,
size, both times); an edit a moment ago has another stamp. Only a compiled form that lies where the owner of the layer
alone can write is believed: beside root's file, and in this installation's own state.
"""

import marshal
import time

from . import kernel as os
from .apart import contents, toml
from .errors import BadData, CannotJudge
from .home import SYSTEM_SETTINGS
from .verdict import ALLOW, AUDIT, BLOCK, ENFORCE, STRENGTH, WARN

MODES = {AUDIT: 0, WARN: 1, ENFORCE: 2}

SYSTEM, ENVIRONMENT, USER, PROJECT = "system", "environment", "user", "project"

# Every key the gate knows: its default, and the order of its values from loose to tight (None: strongest layer wins).
_ACTION = STRENGTH
_YES_NO = {True: 0, False: 1}
KEYS = {
    "mode": (ENFORCE, MODES),
    "on_error": (ALLOW, {ALLOW: 0, BLOCK: 1}),
    "actions.malicious": (BLOCK, _ACTION),
    "actions.typosquat": (BLOCK, _ACTION),
    "actions.compromised": (BLOCK, _ACTION),
    "actions.other": (WARN, _ACTION),
    "actions.unseen": (WARN, _ACTION),
    "actions.lookalike": (WARN, _ACTION),
    "actions.unknown-name": (ALLOW, _ACTION),
    "actions.confusion": (WARN, _ACTION),
    "allow.users": (True, _YES_NO),  # whether names that a user lets through count
    "lookalike.block_score": (0.0, None),  # 0: look-alikes follow actions.lookalike whatever their score
    "names.internal": ((), None),
    "names.internal_indexes": ((), None),
    "events.recorder": ("auto", None),  # auto, detached, flush
    "list.max_age_days": (7, None),
    "list.stale_age_days": (30, None),
    "list.stale": (WARN, _ACTION),
}
# Tables that belong to those upstairs; the gate does not look into them.
UPSTAIRS = frozenset(("sync", "sink", "trust", "publish", "audit", "heartbeat", "events", "list", "lookalike", "names"))


class Settings:
    """The values in force. ``settings["actions.other"]``; ``layer(key)`` says who set it, ``faults`` what was wrong."""

    __slots__ = ("values", "layers", "faults")

    def __init__(self):
        self.values = {}
        self.layers = {}
        self.faults = []  # list of str: files that do not parse, keys that are not known

    def __getitem__(self, key):
        return self.values[key] if key in self.values else KEYS[key][0]

    def layer(self, key):
        """(layer, where it is written) that set the key; ("", "built in") for a default."""
        return self.layers.get(key, ("", "built in"))

    def add(self, layer, where, found):
        """Merge one layer's {key: value}; call from the strongest layer to the weakest."""
        for key, value in found.items():
            order = KEYS[key][1]
            settled = key in self.values or layer == PROJECT
            if not settled or (order is not None and order[value] > order[self[key]]):
                self.values[key] = value
                self.layers[key] = (layer, where)


def load(home, cwd, environ):
    """The Settings in force for a command run in ``cwd``. Never raises: what is wrong stands in ``faults``.

    A file that does not parse keeps its last good form in force, if there is one.
    """
    settings = Settings()
    _add_file(settings, home, SYSTEM, SYSTEM_SETTINGS)
    settings.add(ENVIRONMENT, "environment", _from_environment(environ, settings.faults))
    _add_file(settings, home, USER, home.user_settings)
    project = _project_file(cwd)
    if project:
        _add_file(settings, home, PROJECT, project)
    return settings


def _from_environment(environ, faults):
    found = {}
    for variable, key in (("GUARD_MODE", "mode"), ("GUARD_ON_ERROR", "on_error")):
        value = environ.get(variable)
        if not value:
            continue
        if value in KEYS[key][1]:
            found[key] = value
        else:
            faults.append("%s=%s: it takes %s" % (variable, value, ", ".join(KEYS[key][1])))
    return found


def _add_file(settings, home, layer, path):
    found, fault = compiled(home, layer, path)
    if fault:
        settings.faults.append(fault)
    settings.add(layer, path, found)


def compiled(home, layer, path):
    """({key: value}, fault) of one file; ({}, "") where there is no such file."""
    try:
        now = os.stat(path)
    except OSError as error:
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
        return {}, "" if missing else "%s: %s" % (path, error.strerror)
    stamp = (path, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)
    kept = _kept_at(home, layer, path)
    old = _read_kept(kept)
    if old is not None and old[0] == stamp:
        return old[1], ""
    try:
        found = _parse(path, layer)
    except (BadData, CannotJudge) as error:
        last = old[1] if old is not None and old[0][0] == path else {}
        rest = "; its last good form stays in force" if last else ""
        return last, "%s: %s%s" % (path, error.message, rest)
    # Within one tick of the file system's clock a second edit could carry the same stamp.
    if time.time_ns() - now.st_mtime_ns > 50_000_000:
        _keep(kept, (stamp, found))
    return found, ""


def _kept_at(home, layer, path):
    if layer == SYSTEM:
        return path + ".compiled"
    if layer == USER:
        return home.cache + "/settings"
    return "%s/project-%x" % (home.cache, int.from_bytes(os.fsencode(path), "little") % ((1 << 61) - 1))


def _read_kept(kept):
    try:
        with open(kept, "rb") as file:
            stamp, found = marshal.load(file)
        return stamp, found
    except (OSError, ValueError, EOFError, TypeError):
        return None


def _keep(kept, value):
    beside = "%s.%d" % (kept, os.getpid())
    try:
        try:
            fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(kept), 0o700)
            fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        os.write(fd, marshal.dumps(value))
        os.close(fd)
        os.rename(beside, kept)
    except OSError:
        pass  # root's folder, a full disk: the next command parses again


def _parse(path, layer):
    """{key: value} of a TOML file. Raises BadData with the line where it can be named."""
    try:
        data = contents(path)
    except OSError as error:
        raise BadData(error.strerror)
    if layer == PROJECT:
        if b"guard" not in data:
            return {}
        tools = toml(data).get("tool", {})
        table = tools.get("guard", {}) if isinstance(tools, dict) else {}  # what else is wrong there, the tool says
    else:
        table = toml(data)
    if not isinstance(table, dict):
        raise BadData("[tool.guard] is not a table")
    try:
        return flatten(table)
    except BadData as error:
        raise BadData(_line_of(data, error.hint) + error.message)


def flatten(table):
    """{key: value} of a parsed settings table; BadData (its hint is the word to look for) for what is not known."""
    found = {}
    for name, value in table.items():
        if isinstance(value, dict):
            for inner, deeper in value.items():
                key = name + "." + inner
                if key in KEYS:
                    found[key] = _checked(key, deeper, inner)
                elif name not in UPSTAIRS:
                    raise BadData("guard knows no setting %s" % key, inner)
        elif name in KEYS:
            found[name] = _checked(name, value, name)
        elif name not in UPSTAIRS:
            raise BadData("guard knows no setting %s" % name, name)
    return found


def _checked(key, value, word):
    default, order = KEYS[key]
    if order is not None:
        if isinstance(value, (str, bool)) and value in order:
            return value
        raise BadData(
            "%s takes %s" % (key, ", ".join(str(v).lower() if v in (True, False) else v for v in order)), word
        )
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise BadData("%s takes a list of strings" % key, word)
    if isinstance(default, str):
        if value in ("auto", "detached", "flush"):
            return value
        raise BadData("%s takes auto, detached, flush" % key, word)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return value
    raise BadData("%s takes a number, 0 or more" % key, word)


def _line_of(data, word):
    for number, line in enumerate(data.split(b"\n"), 1):
        if word.encode() in line:
            return "line %d: " % number
    return ""


def _project_file(cwd):
    """The nearest pyproject.toml at or above ``cwd``; "" where there is none."""
    folder = cwd
    while folder:
        path = os.path.join(folder, "pyproject.toml")
        if os.path.isfile(path):
            return path
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return ""
