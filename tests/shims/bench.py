"""An installation's shims, with fake tools behind them that say what reached them."""

import os
import shutil
import subprocess
import sys

from guard.core.home import SYSTEM_SETTINGS, Home
from guard.setup import shims
from tests.support.tools import clean_environment

TOOL = """#!{python} -IS
# Stands for a real tool: says what reached it, in bytes, and obeys the environment's EXIT.
import os, sys
sys.stdout.buffer.write(b"\\0".join([b"tool", *(os.fsencode(word) for word in sys.argv)]))
sys.exit(int(os.environ.get("EXIT", "0")))
"""

GATE = """# Stands for the gate: says what reached it, in bytes.
import os, sys
os.write(1, b"\\0".join([b"gate", *(os.fsencode(word) for word in sys.argv[1:])]))
"""


def shells(folder):
    """The POSIX shells of this machine, each as the words that start it under the name ``sh``."""
    found = {}
    for name in ("dash", "bash", "zsh"):
        at = shutil.which(name)
        if at:
            link = folder / name / "sh"
            link.parent.mkdir(parents=True)
            link.symlink_to(at)
            found[name] = [str(link)]
    if shutil.which("busybox"):
        found["busybox"] = [shutil.which("busybox"), "sh"]
    return found


class Answer:
    """What came of one run: ``who`` answered (tool or gate), its words, the exit code, what stderr said."""

    def __init__(self, done):
        self.who, *self.words = done.stdout.split(b"\0") if done.stdout else [b""]
        self.code = done.returncode
        self.said = done.stderr.decode("utf-8", "surrogateescape")

    @property
    def tool(self):
        """Path of the tool that answered."""
        assert self.who == b"tool", (self.who, self.words, self.code, self.said)
        return os.fsdecode(self.words[0])

    @property
    def arguments(self):
        """What the tool got after its name; what the gate got after home, real tool and word."""
        return self.words[1:] if self.who == b"tool" else self.words[3:]


class Bench:
    """An installation's shims, and places to put tools behind them."""

    def __init__(self, root):
        root.mkdir(exist_ok=True)
        self.root = root
        self.gate = root / "gate.py"
        self.gate.write_text(GATE)
        self.system = root / "system.toml"
        self.home = self.installation("guard")
        self.shims = root / "guard" / "shims"
        self.behind = self.folder("behind")

    def folder(self, name):
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def installation(self, name, python=sys.executable, gate=None):
        """Write the shims of another guard under ``name``. Returns its Home."""
        home = Home(str(self.folder(name)))
        for tool in ("pip", "pip3", "pip3.11", "poetry", "uv", "uvx", "pipx", "pdm"):
            path = self.folder(name + "/shims") / tool
            text = shims.script(home, python, str(gate or self.gate), tool)
            path.write_bytes(text.replace(os.fsencode(SYSTEM_SETTINGS), os.fsencode(self.system)))
            path.chmod(0o755)
        return home

    def tool(self, name, folder=None, text=TOOL):
        """Put a tool called ``name`` in ``folder`` (default: behind the shims). Returns its Path."""
        path = (folder or self.behind) / name
        path.write_text(text.format(python=sys.executable, path=str(path)))
        path.chmod(0o755)
        return path

    def run(self, words, path=None, cwd=None, **more):
        """Run ``words`` with the PATH ``path`` (a list; default: shims, behind). A loop ends in a timeout."""
        folders = [self.shims, self.behind] if path is None else path
        environ = clean_environment(**more)
        environ["PATH"] = os.pathsep.join(map(str, folders))
        done = subprocess.run(words, env=environ, cwd=cwd or self.root, capture_output=True, timeout=20,
                              stdin=subprocess.DEVNULL, check=False)  # fmt: skip
        return Answer(done)

    def pip(self, *words, **more):
        """Run the shim ``pip`` by its path."""
        return self.run([str(self.shims / "pip"), *words], **more)
