"""Beyond the published search: commands read by guard's own grammar instead of the regex.

An event becomes one event per project that its command would install, however many there are and wherever the options
stand; the lookup is asked for whole names. Requirement files are named but not opened: they lie on another machine.
"""

import ntpath
import shlex

from guard.core.command import Invocation
from guard.core.errors import CannotJudge
from guard.core.grammar.read import read, tool_of
from guard.core.names import normalise

from . import seed
from .compare import project
from .fields import UNREAD
from .lines import Wanted
from .lookup import EXACT, PROJECT, WILDCARD

# The words of the filter are not asked for: `pip download` and `uv add` fetch as well.
WANTED = Wanted([host.lstrip("*.") for host in seed.HOSTS], ["pip", "poetry", "uv", "pdm"])
COLUMNS = ("package", "version")  # what a row has beside the seed's columns

# No setting of the machine that hunts may speak for the machine that was logged.
_ENVIRON = {"PIP_CONFIG_FILE": "/dev/null"}
_NOWHERE = "/nonexistent/guard-hunt"
_SHELL_ENDS = frozenset(("|", "||", "&", "&&", ";"))
_FILES = ("-r", "--requirement", "-c", "--constraint", "-e", "--editable")


def spread(event):
    """The events to put in the place of one: each with ``package_name``, ``name`` or ``name==version``."""
    command, args = _command(event)
    if command is None or not command.installs:
        # What the event itself carries was put there by guard's own gate.
        return [event] if event["package_name"] else []
    names = dict.fromkeys(_written(target) for target in command.targets)
    if event["package_name"]:
        name, version = project(event["package_name"])
        if name not in {target.name for target in command.targets}:
            names["%s==%s" % (name, version) if version else name] = None
    found = [{**event, "package_name": name, UNREAD: None} for name in names]
    unread = _unread(args)
    if unread:
        found.append({**event, "package_name": None, "comment": None, UNREAD: " ".join(unread)})
    return found


def whole_names(keys):
    """Lookup Keys with each bare substring (``*name*``) reduced to the whole name it was made from."""
    reduced = []
    for key in keys:
        if key.kind in (WILDCARD, EXACT):
            name = key.key.strip("%").replace("!_", "_").replace("!!", "!")
            reduced.append(key._replace(kind=PROJECT, key=normalise(name)))
        else:
            reduced.append(key)
    return reduced


def unread_query():
    """SQL: what commands point to that no log shows (requirement files, local projects), and how often."""
    return (
        "SELECT src, process_arguments, %s, COUNT(*) AS hits FROM events WHERE %s IS NOT NULL "
        "GROUP BY src, process_arguments, %s ORDER BY src, process_arguments" % (UNREAD, UNREAD, UNREAD)
    )


def _written(target):
    return "%s==%s" % (target.name, target.version) if target.version else target.name


def _command(event):
    """(Command, its words) of an event; (None, []) where no tool is in it that guard knows."""
    arguments = event["process_arguments"]
    if not arguments:
        return None, []
    windows = "\\" in (event["process_path"] or "") or (event["process_name"] or "").lower().endswith(".exe")
    words = split(arguments, windows)
    tool = ntpath.basename(event["process_name"] or event["process_path"] or "").lower()
    if not tool_of(tool):
        tool, words = _inside_shell(words, windows)
    if not tool:
        return None, []
    # An absolute path would be opened here, on the wrong machine: it becomes one that does not exist.
    words = [_elsewhere(word) for word in words]
    try:
        return read(Invocation(tool, words, _ENVIRON, _NOWHERE)), words
    except CannotJudge:
        return None, []


def _inside_shell(words, windows):
    """(tool, its words) of the first command of a known tool behind a shell's ``-c`` or a wrapper such as ``sudo``."""
    flat = []
    for word in words:
        flat += split(word, windows) if " " in word else [word]
    for index, word in enumerate(flat):
        tool = ntpath.basename(word.replace("/", "\\")).lower()
        if tool_of(tool):
            rest = []
            for each in flat[index + 1 :]:
                if each in _SHELL_ENDS:
                    break
                rest.append(each.rstrip(";"))
                if each.endswith(";"):
                    break
            return tool, rest
    return "", []


def split(text, windows):
    """The words of a command line. On Windows a backslash is a letter unless a quote follows it."""
    if not windows:
        try:
            return shlex.split(text)
        except ValueError:
            return text.split()
    words, word, quoted, index = [], None, False, 0
    while index < len(text):
        letter = text[index]
        if letter == "\\" and text[index + 1 : index + 2] == '"':
            word, index = (word or "") + '"', index + 1
        elif letter == '"':
            word, quoted = word or "", not quoted
        elif letter in " \t\r\n" and not quoted:
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + letter
        index += 1
    return words if word is None else [*words, word]


def _elsewhere(word):
    for option in ("", *(f for f in _FILES if f[1] != "-"), *(f + "=" for f in _FILES if f[1] == "-")):
        rest = word[len(option) :]
        if word.startswith(option) and rest.startswith(("/", "~", "file:")):
            return option + "./" + rest.removeprefix("file:").lstrip("/~")
    return word


def _unread(words):
    """The requirement files and local projects that a command names, as written."""
    found = []
    for word, following in zip(words, [*words[1:], ""]):
        for option in _FILES:
            if word == option:
                found.append("%s %s" % (option, following))
            elif word.startswith(option + "=") or (option[1] != "-" and word.startswith(option)):
                found.append(word)
    return found
