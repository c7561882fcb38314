"""What of guard holds on this machine now, and the command that mends each thing that does not.

Every check gives dicts {check, subject, holds, detail, mend}. Nothing is trusted that can be tried: the name that is
always listed is asked for by every way that guard should stand in, with no index, so that no connection can be made.
"""

import json
import os
import subprocess
import tempfile

from guard.core import fresh
from guard.core import home as homes
from guard.core.errors import REFUSED, CannotJudge, GuardError
from guard.core.lookup import CANARY, open_list
from guard.core.refusal import quote
from guard.core.settings import load
from guard.resolver import door
from guard.setup import interpreters, library, openings, own_pip, protect, shims

SHIM, LIST, SETTINGS, PROTECTED = "shim", "list", "settings", "protected"
PYTHON, WAY = "python", "way"
OPEN = (PYTHON, WAY)  # where guard was not asked to stand, or cannot: worth a line, and no fault
_GONE = "guard was let in, and its lines are gone or others"
_PATIENCE = 120  # seconds; a pip on a cold disk
_LAST = "doctor.json"  # in the state folder: what held when doctor last looked


def examine(home: homes.Home, environ, pythons) -> list:
    """All checks in the order they are told. ``pythons``: paths of interpreters to look at."""
    return [*_settings(home, environ), *_list(home, environ), *_shims(home, environ), *_protected(home, pythons),
            *_ways(home, environ)]  # fmt: skip


def _found(check, subject, fault="", mend="", detail=""):
    return {"check": check, "subject": subject, "holds": not fault, "detail": fault or detail, "mend": mend or None}


def _settings(home, environ):
    settings = load(home, os.getcwd(), environ)
    for fault in settings.faults:
        yield _found(SETTINGS, home.settings, fault, f"mend that line: {quote(home.settings)}")
    if not settings.faults:
        yield _found(SETTINGS, home.settings, detail=f"mode {settings['mode']}, on_error {settings['on_error']}")


def _list(home, environ):
    try:
        names = open_list(home)
    except CannotJudge as error:
        yield _found(LIST, home.synced_list, error.message, "guard sync")
        return
    known = f"{names.table.rows} names, {names.version}"
    stale = fresh.is_stale(home, load(home, os.getcwd(), environ)["list.stale_age_days"])
    fault = names.notice or (f"{known}: not refreshed for {int((fresh.age(home) or 0) // 86400)} days" if stale else "")
    yield _found(LIST, names.table.path, fault, "guard sync" if fault else "", known)
    names.close()


def _shims(home, environ):
    path = environ.get("PATH", os.defpath)
    present = shims.present(home)
    for name in shims.wanted(path):
        first = next((f for f in path.split(os.pathsep) if os.access(os.path.join(f or ".", name), os.X_OK)), None)
        if name not in present:
            if shims.behind(name, path):
                yield _found(SHIM, name, "there is no shim of that name", "guard shims")
        elif not shims.behind(name, path):
            continue  # nothing to stand in front of
        elif first is None or not os.path.samefile(os.path.join(first, name), os.path.join(home.shims, name)):
            yield _found(SHIM, name, f"{first}/{name} comes before guard on PATH", _integrate(environ))
        else:
            yield _tried(SHIM, name, [os.path.join(first, name)], "guard shims")


def _integrate(environ):
    """The command that brings guard first on PATH, in the shell of whoever asks."""
    shell = os.path.basename(environ.get("SHELL", ""))
    if shell == "fish":
        return "guard init fish | source"
    return f'eval "$(guard init {"zsh" if shell == "zsh" else "bash"})"'


def _tried(check, subject, start, mend):
    """Ask for the name that is always listed, the way ``start`` (list of words) starts pip or poetry."""
    if not os.path.basename(start[0]).startswith(("pip", "python")):
        return _found(check, subject, detail="first on PATH")
    with tempfile.TemporaryDirectory() as folder:
        # Were guard not there, pip would find nothing and connect to nothing: no index, and no setting that brings one.
        # Enforced: where policy only warns, whether guard stands there is the question all the same.
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "GUARD_"))}
        environ.update(PIP_CONFIG_FILE=os.devnull, GUARD_MODE="enforce")
        words = [*start, "download", "--no-index", "--no-deps", "--disable-pip-version-check", "-d", folder, CANARY]
        try:
            done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE, check=False,
                                  env=environ)  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return _found(check, subject, f"it cannot be started: {error}", mend)
    if done.returncode == REFUSED:
        return _found(check, subject, detail=f"refuses {CANARY}")
    return _found(check, subject, f"lets {CANARY} through (exit {done.returncode})", mend)


def _protected(home, pythons):
    lasting = [folder for folder in door.remembered(home.personal) if os.path.isdir(folder)]
    seen = set()
    for python in pythons:
        try:
            interpreter = interpreters.ask(python)
        except GuardError:
            continue  # a broken link is no Python of this machine
        if interpreter.site in seen or protect.is_own(home, interpreter):
            continue
        seen |= {interpreter.site, *([interpreter.library] if interpreter.is_base else []), interpreter.pip}
        mend = f"guard protect {quote(python)}"
        if interpreter.site in lasting and not protect.is_protected(home, interpreter):
            yield _found(PROTECTED, python, _GONE, mend)
        elif protect.is_guarded(home, interpreter):
            yield _asked(python, interpreter, mend)
        else:
            reason = protect.obstacle(home, interpreter)
            fault = reason or "not protected: its pip is guarded by the shims alone"
            yield _found(PYTHON, python, fault, "" if reason else mend)
        if interpreter.pip in lasting:
            fault = "" if own_pip.holds(home, interpreter.pip) else _GONE
            told = "guarded under `python -S` too"
            yield _found(PROTECTED, f"pip of {python}", fault, fault and f"{mend} --in-pip", told)
        if interpreter.is_base and protect.is_guarded(home, interpreter):
            yield from _environments(home, python, interpreter, interpreter.library in lasting)
    for folder in lasting:
        if folder not in seen and not protect.holds(home, folder):
            place = quote(folder.rpartition("/lib")[0] or folder)
            more = " --in-pip" if os.path.basename(folder) == "pip" else ""
            yield _found(PROTECTED, folder, _GONE, f"guard protect {place}{more}")


def _environments(home, python, interpreter, lasting):
    """Whether guard is met in the virtual environments of a protected Python, whoever made them."""
    subject = f"environments of {python}"
    if library.holds(home, interpreter.library):
        path = library.path_in(interpreter.library)
        fault = "" if library.is_reached(interpreter.python) else f"what stands before guard's lines in {path} fails"
        yield _found(PROTECTED, subject, fault, fault and f"mend it: {quote(path)}", "guarded, whoever made them")
    elif lasting:
        yield _found(PROTECTED, subject, _GONE, f"guard protect {quote(python)}")
    else:
        reason = protect.unlent(home, interpreter)
        told = "guarded where a protected Python made them, or guard was let into each"
        mend = "guard protect --scan DIR" if reason else f"guard protect {quote(python)}"
        yield _found(PYTHON, subject, f"{told}; {reason}" if reason else told, mend)


def _ways(home, environ):
    def is_protected(python):
        try:
            return protect.is_guarded(home, interpreters.ask(python))
        except GuardError:
            return False

    for subject, fault, mend, detail in openings.examine(home, environ, is_protected):
        yield _found(WAY, subject, fault, mend, detail)


def _asked(python, interpreter, mend):
    if not interpreter.pip:
        return _found(PROTECTED, python, detail="protected; it has no pip")
    return _tried(PROTECTED, python, [interpreter.python, "-I", "-m", "pip"], mend)


# --- since the last time ----------------------------------------------------------------------------------------------


def lost(home: homes.Home, checks) -> list:
    """The checks that held when doctor last looked and do not now; this look is kept for the next."""
    path = f"{home.personal}/{_LAST}"
    try:
        with open(path, encoding="utf-8") as file:
            held = {tuple(pair) for pair in json.load(file)}
    except (OSError, ValueError, TypeError):
        held = set()
    now = sorted({(check["check"], check["subject"]) for check in checks if check["holds"]})
    # What does not hold is not kept, so that its fall is an event once.
    fallen = [check for check in checks if not check["holds"] and (check["check"], check["subject"]) in held]
    try:
        os.makedirs(home.personal, exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(now, file)
        os.replace(path + ".new", path)
    except OSError:
        pass  # a state folder of root's: an ordinary user's doctor keeps nothing in mind
    return fallen
