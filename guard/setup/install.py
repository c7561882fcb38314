"""The installer, once ``installer/install.sh`` has found a Python for it: standard library only, run from a checkout.

PREFIX/venv -> venv.N    guard's environment; each installation makes a new one and one rename swaps it in, so that
                         a pip that is running through the shim meets the old guard or the new one, never half
PREFIX/venv.N/site       link to its site-packages: a path that holds whichever Python comes next
PREFIX/bin/guard         the command
PREFIX/home, manifest.json, shims/, init/, etc/, state/
"""

import argparse
import fcntl
import glob
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

from guard import __version__
from guard.core import home as homes
from guard.core.errors import OUR_BUG, UNREACHABLE, BadData, GuardError, Unreachable, UsageError
from guard.setup import blocks, files, shells, shims, system, trial
from guard.setup.manifest import Manifest

SOURCE = os.path.dirname(homes.PACKAGE)
EXTRAS = ("hunt", "spark", "trust")  # as in pyproject.toml
PARTS = ("pyproject.toml", "README.md", "LICENSE", "guard", "shims", "lookups")  # of a checkout, what the wheel is of


def main(words):
    """Install or upgrade as ``words`` say. Returns the exit code; one line on stderr tells what went wrong."""
    asked = _arguments().parse_args(words)
    try:
        for folder in asked.find_links:
            if not os.path.isdir(folder):
                raise UsageError("--find-links wants a directory: %s" % folder)
        extras = None if asked.extras is None else _extras(asked.extras)
        root = prefix(asked.prefix or (system.PREFIX if asked.system else ""), os.environ)
        if os.path.exists(root + "/" + homes.MARK) and homes.at(root).system != asked.system:
            raise UsageError("%s holds a guard of another kind (--system or not)" % root, "uninstall it first")
        if asked.system:
            os.umask(0o022)  # every user runs and reads what is written here
        home = system.home(root) if asked.system else homes.Home(root, python=root + "/venv/bin/python")
        manifest = Manifest(home)
        if extras is not None:
            manifest.extras = extras
        manifest.folder(home.root)
        with open(home.root + "/.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two installers at once would remove each other's environment
            try:
                install(home, manifest, asked)
            except BaseException:
                manifest.undo(home)
                raise
        return trial.run(home)
    except GuardError as error:
        print("install.sh: %s" % error.message, file=sys.stderr)
        if error.hint:
            print("            %s" % error.hint, file=sys.stderr)
        return error.code
    except OSError as error:
        print("install.sh: %s: %s" % (error.filename or "", error.strerror or error), file=sys.stderr)
        return UNREACHABLE


def _arguments():
    parser = argparse.ArgumentParser(prog="install.sh", description="Install guard, or upgrade it in place.")
    parser.add_argument("--system", action="store_true", help="for every user of this machine; wants root")
    parser.add_argument(
        "--prefix", metavar="DIR", help="where to (default: ~/.local/share/typoguard; with --system %s)" % system.PREFIX
    )
    parser.add_argument(
        "--python", metavar="PYTHON", help="the Python that runs guard (default: the one found that starts quickest)"
    )
    parser.add_argument(
        "--find-links", metavar="DIR", action="append", default=[], help="offline: take every wheel from this directory"
    )
    parser.add_argument(
        "--with", dest="extras", metavar="EXTRA[,EXTRA]", action="append",
        help="what else guard is to be able to: hunt, spark, trust; the next upgrade keeps them, `none` drops them",
    )  # fmt: skip
    parser.add_argument("--no-rc", action="store_true", help="leave the start files of the shells alone")
    parser.add_argument("--no-protect", action="store_true", help="leave the interpreters of this machine alone")
    return parser


def _extras(given):
    """The extras that the words behind ``--with`` name. Raises UsageError."""
    named = [name.strip() for word in given for name in word.split(",") if name.strip()]
    for name in named:
        if name not in (*EXTRAS, "none"):
            raise UsageError("there is no extra %r" % name, "one of %s, or none" % ", ".join(EXTRAS))
    return sorted(set(named) - {"none"})


def prefix(given, environ):
    """The absolute directory to install in. Raises UsageError where guard could not live there."""
    root = os.path.abspath(given or os.path.join(shells.home_folder(environ), ".local", "share", "typoguard"))
    if os.pathsep in root or "\n" in root:
        raise UsageError("a directory on PATH cannot have a colon or a line break in its name: %s" % root)
    if os.path.isdir(root) and os.listdir(root) and not os.path.exists(os.path.join(root, homes.MARK)):
        raise UsageError("%s is not empty and holds no guard" % root, "give another directory with --prefix")
    return root


def install(home, manifest, asked):
    """Build the new environment beside the old one, swap it in, and write what stands around it."""
    venv = _next_environment(home)
    try:
        also = " with %s" % ", ".join(manifest.extras) if manifest.extras else ""
        print("guard %s: making its environment in %s%s" % (__version__, venv, also))
        site = _fill(venv, asked.find_links, manifest.extras)
        _write_around(home, manifest)
        _swap(home, venv)
    except BaseException:
        shutil.rmtree(venv, ignore_errors=True)
        raise
    gate = os.path.join(venv, "site", "guard", "gate.py")
    # What one user has on PATH, root among them, is not what the others have.
    path = system.BARE_PATH if home.system else os.environ.get("PATH", os.defpath)
    names = shims.write(home, _base(venv), gate, path)
    print("shims in %s: %s" % (home.shims, " ".join(names)))
    if home.system:
        for made in system.link(home, manifest):
            print("link %s" % made)
        print(system.start_collector(home, manifest, os.path.join(SOURCE, "installer", "units")))
    if not asked.no_rc:
        starts = system.start_files(home) if home.system else shells.start_files(home, os.environ)
        _write_start_files(home, manifest, starts)
    manifest.save()
    _drop_older(home, venv)
    if not asked.no_protect:
        _protect(home, site)


def _next_environment(home):
    numbers = [int(name[5:]) for name in os.listdir(home.root) if name.startswith("venv.") and name[5:].isdigit()]
    return os.path.join(home.root, "venv.%d" % (max(numbers, default=0) + 1))


def _fill(venv, find_links, extras):
    """Make the environment ``venv`` with guard in it, compiled. Returns its site-packages."""
    _run([sys.executable, "-I", "-m", "venv", venv], "the virtual environment cannot be made")
    python = os.path.join(venv, "bin", "python")
    with tempfile.TemporaryDirectory(prefix="guard-") as copy:
        wanted = _own_wheel(find_links) or _copy_source(copy)
        named = "[%s]" % ",".join(extras) if extras else ""
        words = [python, "-I", "-m", "pip", "install", "--quiet", "--no-user", wanted + named]
        for folder in find_links:
            words += ["--no-index", "--find-links", os.path.abspath(folder)]
        _run(words, "pip could not install guard", _hint(find_links, wanted, named))
    where = [python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = subprocess.run(where, check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    os.symlink(os.path.relpath(site, venv), os.path.join(venv, "site"))
    # PYTHONDONTWRITEBYTECODE may be set wherever guard runs. Unchecked: a restored backup changes times, not content.
    compile_all = [python, "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    _run([*compile_all, "-f", os.path.join(site, "guard")], "guard's own modules do not compile")
    _run([python, "-I", "-m", "guard.setup.bundle"], "the gate's modules cannot be bundled")
    room = os.path.join(site, "guard", "resolver", "bundle.py")
    _run([python, "-I", "-S", room], "the resolver's modules cannot be bundled")
    return site


def _own_wheel(find_links):
    """The path of a wheel of this very version in one of the directories, else ""."""
    for folder in find_links:
        for wheel in glob.glob(os.path.join(glob.escape(folder), "typoguard-%s-*.whl" % __version__)):
            return os.path.abspath(wheel)
    return ""


def _copy_source(folder):
    """Copy what the wheel is built of: a build writes beside its source, and the checkout may be another's."""
    for part in PARTS:
        origin, copy = os.path.join(SOURCE, part), os.path.join(folder, part)
        if os.path.isdir(origin):
            shutil.copytree(origin, copy, ignore=shutil.ignore_patterns("__pycache__"))
        elif os.path.exists(origin):
            shutil.copyfile(origin, copy)
    return folder


def _hint(find_links, wanted, extras):
    if not find_links:
        return "without a network, give a directory of wheels with --find-links DIR"
    if not wanted.endswith(".whl") and not any(glob.glob(os.path.join(d, "setuptools-*.whl")) for d in find_links):
        return "the directory needs typoguard's own wheel, or setuptools' to build it with, and those of what it needs"
    needed = shlex.quote(SOURCE + extras)
    return "the directory needs a wheel of everything that guard needs: pip wheel -w DIR %s" % needed


def _run(words, failure, hint=""):
    """Run a step silently; what it said is shown where it failed. Raises Unreachable."""
    environ = dict(os.environ, PIP_NO_CACHE_DIR="1", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    environ.pop("PIP_TARGET", None)
    environ.pop("PIP_PREFIX", None)
    done = subprocess.run(
        words, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout.decode("utf-8", "replace"))
        raise Unreachable(failure, hint)


def _base(venv):
    """The interpreter behind the environment, by the path that venv knew it by: a quarter of a millisecond faster, and
    where a package manager replaces it, that path outlives the file it leads to today.
    """
    ask = [os.path.join(venv, "bin", "python"), "-I", "-c", "import sys; print(sys._base_executable)"]
    base = os.fsdecode(subprocess.run(ask, check=True, stdout=subprocess.PIPE).stdout).strip()
    return base if os.access(base, os.X_OK) else os.path.join(venv, "bin", "python")


def _write_around(home, manifest):
    """The folders and small files of PREFIX; none of them names one environment, so they may come before the swap."""
    for folder in ("bin", "shims", "init"):
        os.makedirs(os.path.join(home.root, folder), exist_ok=True)
    if home.system:
        system.write_state(home, manifest)
    else:
        os.makedirs(os.path.dirname(home.settings), exist_ok=True)
        os.makedirs(home.state, mode=0o700, exist_ok=True)
    keys = {"python": home.python, "state": home.state, "settings": home.settings}
    lines = "".join("%s=%s\n" % pair for pair in keys.items()) + ("system=yes\n" if home.system else "")
    files.replace(os.path.join(home.root, homes.MARK), os.fsencode(lines))
    command = '#!/bin/sh\nexec %s -I -m guard "$@"\n' % shlex.quote(home.python)
    files.replace(os.path.join(home.root, "bin", "guard"), os.fsencode(command), mode=0o755)
    for shell in ("sh", *shells.SHELLS):
        files.replace(shells.init_file(shell, home), shells.integration(shell, home))
    manifest.save()


def _swap(home, venv):
    draft = os.path.join(home.root, ".venv")
    if os.path.lexists(draft):
        os.unlink(draft)
    os.symlink(os.path.basename(venv), draft)
    os.replace(draft, os.path.join(home.root, "venv"))


def _write_start_files(home, manifest, starts):
    """Write guard's blocks. A file that cannot be written is told with the line to put there, and stops nothing."""
    for start in starts:
        try:
            manifest.folder(os.path.dirname(start.path))
            if start.whole:
                files.replace(start.path, start.lines)
                manifest.file(start.path)
            else:
                manifest.block(start.path, blocks.put(start.path, start.lines))
            print("start file %s" % start.path)
        except (OSError, BadData) as error:
            print("start file %s is left alone: %s" % (start.path, error), file=sys.stderr)
            print("  its line would be: %s" % os.fsdecode(start.lines).strip(), file=sys.stderr)


def _drop_older(home, venv):
    """Remove older environments but the last: a command that started a moment ago still runs from that one."""
    number = int(venv.rpartition(".")[2])
    kept = [int(name[5:]) for name in os.listdir(home.root) if name.startswith("venv.") and name[5:].isdigit()]
    for old in sorted(n for n in kept if n < number)[:-1]:
        shutil.rmtree(os.path.join(home.root, "venv.%d" % old), ignore_errors=True)


def _protect(home, site):
    """Let guard protect the interpreters of this machine; what it cannot protect it says itself."""
    if os.path.exists(os.path.join(site, "guard", "cli", "protect.py")):
        subprocess.run([os.path.join(home.root, "bin", "guard"), "protect", "--all"], check=False)


if __name__ == "__main__":
    sys.exit(OUR_BUG)
