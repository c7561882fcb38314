"""It hands off: this process becomes the real tool, and the recorder is started beside it."""

import fcntl

from . import kernel as os
from .errors import NO_TOOL

RECORDER = "guard.nvm.record"
# What sh does: it leaves at once, so that what it leaves behind is nobody's child and the tool meets none that it did
# not make. The work begins a second later, when the tool is well under way, and as the last in line for a processor.
_LATER = 'cd / && { sleep 1; exec nice "$@"; } &'
_leaving = []  # type: list  # pids of sh
_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION")


def become(words, environ):
    """Replace this process: ``words[0]`` is the program's path. Returns only if that failed, with (exit code, reason).

    Same pid, standard streams, signals and environment; arguments byte for byte.
    """
    reap()
    raw = [os.fsencode(word) for word in words]
    raw_environ = {os.fsencode(key): os.fsencode(value) for key, value in environ.items()}
    try:
        os.execve(raw[0], raw, raw_environ)
    except FileNotFoundError as error:
        return NO_TOOL, error.strerror
    except OSError as error:
        from errno import ENOEXEC

        if error.errno == ENOEXEC:  # a script without a first line: a shell would run it with sh
            os.execve(b"/bin/sh", [b"sh", *raw], raw_environ)
        return 126, error.strerror


def start_recorder(home, settings, environ):
    """Start the recorder beside this process, unless one is at work or nothing may be left behind here; see reap.

    Returns whether there is nothing more to be done: where one is at work it is to be asked again after the line was
    written, since that one may have looked at the journal for the last time.
    """
    if _is_ours(home) and may_leave_behind(settings, environ):
        if _at_work(home):
            return False
        _detached(home, "-m", RECORDER, home.root)
    return True


def start_sync(home, settings, environ):
    """Start a sync of the list beside this process; nobody waits for it. See reap."""
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


def reap():
    """Wait until what was started has left this process: half a millisecond, unless other work filled it.

    Before this process becomes a tool, or goes on as one. One that ends at once need not.
    """
    while _leaving:
        try:
            os.waitpid(_leaving.pop(), 0)
        except OSError:
            pass  # where SIGCHLD is ignored nothing is left to be waited for


def _detached(home, *args):
    """Run guard's own interpreter with ``args`` in a second: see _LATER.

    It inherits no descriptor, so that ``x=$(pip install …)`` does not wait for it.
    """
    words = ["/bin/sh", "-c", _LATER, "sh", home.root + "/venv/bin/python", "-I", *args]
    environ = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    try:
        actions = [(os.POSIX_SPAWN_OPEN, stream, "/dev/null", os.O_RDWR, 0) for stream in (0, 1, 2)]
        actions += [(os.POSIX_SPAWN_CLOSE, int(fd)) for fd in os.listdir("/dev/fd") if int(fd) > 2]
        _leaving.append(os.posix_spawn(words[0], words, environ, file_actions=actions, setsid=True))
    except (AttributeError, NotImplementedError):  # the resolver in Python 3.7
        _spawn_slowly(words, environ)
    except OSError:
        pass  # what is in the journal is recorded by the next command


def _spawn_slowly(words, environ):
    from subprocess import DEVNULL, Popen

    Popen(words, env=environ, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True).wait()
