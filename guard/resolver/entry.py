"""How the gate starts a tool so that the resolver room is in it: the tool's own interpreter, on guard's runner.

    #!/usr/bin/python3 -I                  ->  /usr/bin/python3 -I  RUNNER HOME - /usr/bin/pip  install x
    #!/usr/bin/env python3                 ->  /usr/bin/env python3 RUNNER HOME - …
    #!/bin/sh
    '''exec' "/long path/python" "$0" "$@" ->  /long path/python    RUNNER HOME - …

Nothing is put into the environment, so nothing leaks into what the tool starts. The gate imports this module: it costs
one read of the tool's first lines.
"""

from ..core import kernel as os

RUNNER = os.path.dirname(os.path.abspath(__file__)) + "/runner.py"
JUDGED = "GUARD_JUDGED"
_HEAD = 1024  # bytes; the kernel itself reads 256 of a first line, distlib's shell form may be longer


def words(home, tool_path, args, note="-"):
    """The words (list of str) that start ``tool_path`` through the runner, or None where it is no Python script.

    None: a binary, a shell script such as pyenv's or asdf's shims, an interpreter that is not there. ``note``: see
    runner.py.
    """
    try:
        fd = os.open(tool_path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            head = os.read(fd, _HEAD)
        finally:
            os.close(fd)
    except OSError:
        return None
    interpreter = _interpreter(head)
    if interpreter is None:
        return None
    return [*[os.fsdecode(word) for word in interpreter], RUNNER, home.root, note, tool_path, *args]


def judged(findings):
    """{variable: value} that tells the resolver, in this very process, what the gate has recorded already.

    It holds for this process id alone, and spares a second record, never a look-up.
    """
    return {JUDGED: ",".join([str(os.getpid()), *[finding.name for finding in findings if finding.name]])}


def _interpreter(head):
    """The words (list of bytes) of the interpreter in a script's first lines, or None."""
    if not head.startswith(b"#!"):
        return None
    first, newline, rest = head[2:].partition(b"\n")
    if not newline:
        return None
    path, _, flag = first.strip().partition(b" ")
    flag = flag.strip()
    if path == b"/bin/sh" and not flag:
        return _from_shell(rest)
    if path.endswith(b"/env"):
        program = flag[2:].strip() if flag.startswith(b"-S") else flag
        return [path, flag] if _is_python(program.split(b" ")[0]) else None
    # The kernel hands all that follows the path to the interpreter as one word.
    found = [path, flag] if flag else [path]
    return found if _is_python(path) and _runs(path) else None


def _from_shell(rest):
    """The form for paths that no first line can hold (distlib, pip, uv): line 2 is sh's, and a string to Python."""
    line = rest.partition(b"\n")[0].strip()
    if not line.startswith(b"'''exec' ") or not line.endswith(b' "$0" "$@"'):
        return None
    inner = line[len(b"'''exec' ") : -len(b' "$0" "$@"')].strip()
    if inner[:1] in (b'"', b"'") and inner[:1] == inner[-1:] and len(inner) > 2:
        found = [inner[1:-1]]
    else:
        found = inner.split(b" ")
    if any(mark in word for word in found for mark in (b"$", b"`", b"\\", b'"', b"'")):
        return None  # sh would do something with it
    return found if _is_python(found[0]) and _runs(found[0]) else None


def _is_python(path):
    name = path[path.rfind(b"/") + 1 :]
    return name.startswith((b"python3", b"pypy3")) or name in (b"python", b"pypy")


def _runs(path):
    return path.startswith(b"/") and os.access(path, os.X_OK)
