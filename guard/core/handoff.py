"""It hands off: this process becomes the real tool, and the recorder is started beside it."""

import errno
import fcntl

from . import kernel as os
from .errors import NO_TOOL

RECORDER = "guard.nvm.record"
_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION")


def become(words, environ):
    """Replace this process: ``words[0]`` is the program's path. Returns only if that failed, with (exit code, reason).

    Same pid, standard streams, signals and environment; arguments byte for byte.
    """
    raw = [os.fsencode(word) for word in words]
    raw_environ = {os.fsencode(key): os.fsencode(value) for key, value in environ.items()}
    try:
        os.execve(raw[0], raw, raw_environ)
    except OSError as error:
        if error.errno == errno.ENOEXEC:  # a script without a first line: a shell would run it with sh
            os.execve(b"/bin/sh", [b"sh", *raw], raw_environ)
        return (NO_TOOL if error.errno == errno.ENOENT else 126), error.strerror


def start_recorder(home, settings, environ):
    """Start the recorder beside this process, unless one is at work or nothing may be left behind here."""
    if _is_ours(home) and may_leave_behind(settings, environ) and not _at_work(home):
        _detached(home, "-m", RECORDER, home.root)


def start_sync(home, settings, environ):
    """Start a sync of the list beside this process; nobody waits for it."""
    if _is_ours(home) and may_leave_behind(settings, environ):
        _detached(home, "-m", "guard", "sync", "--background")


def _is_ours(home):
    """Under ``system`` the state is root's, and root's collector does what a user's command cannot."""
    return not home.system or os.getuid() == 0


def may_leave_behind(settings, environ):
    """Whether a process may outlive this one here: CI runners kill what is left behind, and are flushed by name."""
    wanted = settings["events.recorder"]
    return wanted == "detached" or (wanted == "auto" and not any(environ.get(name) for name in _CI))


def _at_work(home):
    """Whether a recorder holds its lock; it looks at the journal once more after letting go."""
    try:
        fd = os.open(home.state + "/recorder.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def _detached(home, *args):
    """Run guard's own interpreter with ``args``, detached.

    Two forks: it is nobody's child, so that the tool meets no child it did not make. It inherits no descriptor, so that
    ``x=$(pip install …)`` does not wait for it.
    """
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            nothing = os.open("/dev/null", os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            os.closerange(3, 4096)
            os.chdir("/")
            python = home.root + "/venv/bin/python"
            os.execve(python, [python, "-I", *args], {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    finally:
        os._exit(0)
