"""Shell integration: which start files load guard, and what they load."""

import os
import pwd
import re
import shlex
import shutil

from guard.setup import shims

SHELLS = ("bash", "zsh", "fish")  # those whose start files the installer writes; tests run them


class StartFile:
    """One file that a shell reads when it starts, and what guard writes there.

    path   absolute; may not exist yet
    lines  the text of guard's block, without its marks
    whole  whether the file is guard's alone
    """

    __slots__ = ("lines", "path", "whole")

    def __init__(self, path, lines, whole=False):
        self.path = path
        self.lines = lines
        self.whole = whole


def integration(shell, home):
    """What the shell ``shell`` ("sh" is any login shell) runs to keep guard first, as bytes."""
    folders = {b"shims": home.shims, b"bin": os.path.join(home.root, "bin")}
    with open(shims.template("init." + shell), "rb") as text:
        return re.sub(rb"@(shims|bin)@", lambda at: os.fsencode(_quote(shell, folders[at.group(1)])), text.read())


def home_folder(environ):
    """The home directory of whoever installs guard: HOME, else what the password file says."""
    return environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir


def start_files(home, environ):
    """The start files of the shells that this machine has, as a list of StartFile.

    bash and zsh: their interactive file, made where it does not exist. Login shells: every one of the profiles that
    exists, else ``.profile``, which all of them read. fish: a file of our own in conf.d.
    """
    folder = home_folder(environ)
    path = environ.get("PATH", os.defpath)
    files = []
    profiles = [os.path.join(folder, name) for name in (".bash_profile", ".bash_login", ".profile")]
    existing = [profile for profile in profiles if os.path.lexists(profile)]
    files += [StartFile(profile, load("sh", home)) for profile in existing or profiles[-1:]]
    bashrc = os.path.join(folder, ".bashrc")
    if os.path.lexists(bashrc) or shutil.which("bash", path=path):
        files.append(StartFile(bashrc, load("bash", home)))
    zshrc = os.path.join(environ.get("ZDOTDIR") or folder, ".zshrc")
    if os.path.lexists(zshrc) or shutil.which("zsh", path=path):
        files.append(StartFile(zshrc, load("zsh", home)))
    fish = os.path.join(environ.get("XDG_CONFIG_HOME") or os.path.join(folder, ".config"), "fish")
    if os.path.isdir(fish) or shutil.which("fish", path=path):
        files.append(StartFile(os.path.join(fish, "conf.d", "typoguard.fish"), load("fish", home), whole=True))
    return files


def init_file(shell, home):
    """Where the installer keeps ``integration(shell, home)``, so that no shell starts a Python to begin."""
    return os.path.join(home.root, "init", "init." + shell)


def load(shell, home):
    """The line that loads the integration where it still exists: a guard that was deleted breaks no shell."""
    at = _quote(shell, init_file(shell, home))
    line = "test -r %s; and source %s\n" if shell == "fish" else "[ ! -r %s ] || . %s\n"
    return os.fsencode(line % (at, at))


def _quote(shell, text):
    if shell == "fish":
        return "'%s'" % text.replace("\\", "\\\\").replace("'", "\\'")
    if shell == "powershell":
        return "'%s'" % text.replace("'", "''")
    return shlex.quote(text)
