"""A guard as ``installer/install.sh`` leaves it, under a prefix of the test's own."""

import json
import os
import subprocess

from tests.support.tools import ROOT, clean_environment


class Installed:
    """An installation: run its command, or a tool through its shims."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.home = prefix.parent / "home"

    def environment(self, *in_front, **more):
        """A clean environment whose PATH begins with the shims, then the folders ``in_front``."""
        path = os.pathsep.join([str(self.prefix / "shims"), *map(str, in_front), "/usr/bin", "/bin"])
        return clean_environment(**{"PATH": path, "HOME": self.home, **more})

    def run(self, words, *in_front, cwd=None, **more):
        """Run ``words`` behind the shims; text streams captured."""
        return subprocess.run(words, cwd=cwd or self.prefix.parent, env=self.environment(*in_front, **more),
                              capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)  # fmt: skip

    def guard(self, *words, **more):
        """Run the ``guard`` command."""
        return self.run([str(self.prefix / "bin" / "guard"), *words], **more)

    def check(self, *words, **more):
        """The object that ``guard check --json`` prints, its exit code beside it under ``exit``."""
        done = self.guard("check", "--json", "--", *words, **more)
        assert done.stdout, done.stderr
        return dict(json.loads(done.stdout), exit=done.returncode)

    def events(self):
        """Every event so far, oldest first."""
        done = self.guard("events", "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def settings(self, text):
        """Write the user's settings file."""
        (self.prefix / "etc").mkdir(exist_ok=True)
        (self.prefix / "etc" / "guard.toml").write_text(text)


def install(prefix):
    """Run the installer for real, leaving start files and interpreters alone."""
    words = ["sh", str(ROOT / "installer" / "install.sh"), "--prefix", str(prefix), "--no-rc", "--no-protect"]
    kept = {
        key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_", "REQUESTS_", "PATH", "LANG"))
    }
    home = prefix.parent / "home"
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        words, env=dict(kept, HOME=str(home)), capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(prefix)


def fresh(base, folder):
    """A twin of an installation: the same program under a prefix of its own, so with its own state and settings."""
    prefix = folder / "prefix"
    for inner in ("bin", "shims", "etc", "state"):
        (prefix / inner).mkdir(parents=True)
    (folder / "home").mkdir()
    for environment in base.prefix.glob("venv*"):  # the shims name the numbered one
        (prefix / environment.name).symlink_to(environment)
    for original in [base.prefix / "home", *(base.prefix / "shims").iterdir(), *(base.prefix / "bin").iterdir()]:
        copy = prefix / original.relative_to(base.prefix)
        copy.write_text(original.read_text().replace(str(base.prefix), str(prefix)))
        copy.chmod(original.stat().st_mode)
    return Installed(prefix)
