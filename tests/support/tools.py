"""Real tools: Pythons found on this machine, venvs with the pip or poetry that a test asks for, kept in .work/tools."""

import contextlib
import fcntl
import functools
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".work" / "tools"


@functools.cache
def python(version):
    """Path of a ``X.Y`` interpreter: on PATH, or one of pyenv's. Skips the test where there is none."""
    found = shutil.which(f"python{version}", path=_path_without_shims())
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    candidates = [found] if found else []
    candidates += sorted(str(p) for p in root.glob(f"versions/{version}.*/bin/python{version}"))
    for candidate in candidates:
        wanted = "import sys" if version == "2.7" else "import venv, ensurepip"
        if subprocess.run([candidate, "-c", wanted], capture_output=True, check=False).returncode == 0:
            return candidate
    return pytest.skip(f"there is no Python {version} on this machine")


def _path_without_shims():
    return os.pathsep.join(p for p in os.environ.get("PATH", "").split(os.pathsep) if "shims" not in p)


def clean_environment(**more):
    """An environment without this machine's pip configuration, cache or virtual environment."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
    kept.update(
        PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_CACHE_DIR="1", HOME="/nonexistent"
    )
    kept.update({key: str(value) for key, value in more.items()})
    return kept


def venv(python_version, *requirements):
    """A venv of that Python with those requirements (``pip==20.3.4``), made once and kept. Returns its Path."""
    interpreter = python(python_version)
    label = "_".join([f"py{python_version}", *requirements]).replace("==", "-").replace(">", "").replace("<", "")
    place = TOOLS / label.replace("/", "-")
    with _locked(place):
        if not (place / "made").exists():
            shutil.rmtree(place, ignore_errors=True)
            _make(interpreter, place, requirements)
    return place


def _make(interpreter, place, requirements):
    subprocess.run([interpreter, "-m", "venv", str(place)], check=True, capture_output=True)
    if requirements:
        # The index this machine is set up for; nothing but well-known tools is asked of it.
        words = [str(place / "bin" / "python"), "-m", "pip", "install", "-q", *requirements]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"{' '.join(requirements)} cannot be installed here: {done.stderr.strip()[-300:]}")
    (place / "made").touch()


def copy(place, target):
    """A twin of a venv or of a Python's prefix: its files are links to the same data, its scripts name the twin."""
    # A shared file is never written in place: pip and guard both put a new file where an old one was.
    place = place.resolve()
    if subprocess.run(["cp", "-a", "--link", str(place), str(target)], check=False, capture_output=True).returncode:
        shutil.rmtree(target, ignore_errors=True)  # they lie on two file systems
        subprocess.run(["cp", "-a", str(place), str(target)], check=True)
    for script in (target / "bin").iterdir():
        if script.is_symlink() or not script.is_file() or script.stat().st_size > 1 << 20:
            continue
        with contextlib.suppress(UnicodeDecodeError):
            text, mode = script.read_text(), script.stat().st_mode
            script.unlink()
            script.write_text(text.replace(str(place), str(target)))
            script.chmod(mode)
    return target


def whole(version, target):
    """A Python of that version with its own prefix: not a virtual environment, and nobody's but the test's."""
    words = [python(version), "-I", "-c", "import sys; print(sys.base_prefix)"]
    prefix = pathlib.Path(subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip())
    if prefix in (pathlib.Path("/usr"), pathlib.Path("/usr/local")):
        pytest.skip(f"Python {version} is the system's own here: no prefix that could be copied")
    return copy(prefix, target)


@contextlib.contextmanager
def _locked(place):
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{place}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def offline():
    """The words that run a command in a network namespace with nothing in it. Skips where the machine allows none."""
    for words in (["unshare", "-rn"], ["unshare", "-n"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
        ):
            return words
    return pytest.skip("no empty network namespace can be made here")
