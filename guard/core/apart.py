"""What is too dear or too fragile to parse in the gate is parsed by guard's own interpreter in a process apart.

A broken or slow parser can then neither break pip nor cost the commands that do not need it. The answer comes back
through a pipe as ``marshal``, which costs no import and holds exactly what TOML and INI files hold (dates as text).
"""

import marshal
import sys

from . import kernel as os
from .errors import BadData, CannotJudge

PARSERS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "parsers.py")
own = ""  # path of guard's own interpreter, set where another one runs this: a tool's may have no parser of TOML
LIMIT = 64 * 1024 * 1024  # bytes; a larger file is not a project file


def contents(path, limit=LIMIT):
    """The bytes of the regular file ``path``; raises OSError, or BadData where it is none or too large."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not os.S_ISREG(status.st_mode):
            raise BadData("not a regular file")
        if status.st_size > limit:
            raise BadData("larger than %d MiB" % (limit >> 20))
        return file.read()


def toml(data, interpreter=""):
    """The tables of a TOML document (bytes) as dicts. Raises BadData with the line where it does not parse."""
    return _parse("toml", data, interpreter)


def ini(data, interpreter="", strict=False):
    """The sections of an INI document (bytes) as {section: {option: raw value}}. Raises BadData.

    strict: an option that is given twice is an error, as it is to Python 3; to Python 2 the last one counts.
    """
    return _parse("ini" if strict else "loose-ini", data, interpreter)


def _parse(form, data, interpreter):
    if len(data) > LIMIT:
        raise BadData("larger than %d MiB" % (LIMIT >> 20))
    python = interpreter or own or sys.executable
    # -I: neither the working directory nor PYTHONPATH has a say in what is imported there.
    words, environ = [python, "-I", PARSERS, form], {"LC_ALL": "C.UTF-8"}
    try:
        raw = (_asked if hasattr(os, "posix_spawn") else _asked_slowly)(words, environ, data)
    except OSError as error:
        raise CannotJudge("guard's own interpreter cannot be started: %s" % (error.strerror or error))
    try:
        said, value = marshal.loads(raw)
    except (ValueError, EOFError, TypeError):
        raise CannotJudge("guard's parser gave no answer")
    if said != "ok":
        raise BadData(value)
    return value


def _asked(words, environ, data):
    """What the program ``words`` writes, given ``data`` (bytes). Raises OSError where it cannot be started."""
    give, gave = os.pipe()
    answer, answered = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, give, 0),
        (os.POSIX_SPAWN_DUP2, answered, 1),
    ]
    try:
        pid = os.posix_spawn(words[0], words, environ, file_actions=actions)
    finally:
        os.close(give)
        os.close(answered)
    try:
        try:
            with open(gave, "wb") as pipe:  # the parser reads everything before it answers, so this cannot deadlock
                pipe.write(data)
        except BrokenPipeError:
            pass  # it died; the missing answer says so
        with open(answer, "rb") as pipe:
            return pipe.read()
    finally:
        os.waitpid(pid, 0)


def _asked_slowly(words, environ, data):
    """The same in a tool's Python 3.7."""
    from subprocess import PIPE, run

    return run(words, input=data, stdout=PIPE, env=environ, check=False).stdout
