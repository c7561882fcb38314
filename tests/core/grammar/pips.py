"""Real pips of many versions, each in its own directory, asked through pip_oracle.py in a fitting interpreter."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess

KEPT = pathlib.Path(__file__).resolve().parents[3] / ".work" / "pips"
# The oldest, a middle and the newest; 18.1, 20.3 and 25.3 because things changed there.
PIPS = ("9.0.3", "18.1", "20.3.4", "23.3.2", "25.3", "26.3")
MORE = ("10.0.1", "19.3.1", "21.3.1", "22.3.1", "24.3.1", "26.0.1")
ORACLE = pathlib.Path(__file__).with_name("pip_oracle.py")


@functools.cache
def pythons():
    """{(3, 8): path} of the interpreters on this machine: pyenv's versions, then PATH."""
    roots = [pathlib.Path(os.environ.get("PYENV_ROOT", str(pathlib.Path.home() / ".pyenv"))) / "versions"]
    found = {}
    for path in (path for root in roots if root.is_dir() for path in root.glob("3.*/bin/python")):
        match = re.match(r"3\.(\d+)", path.parent.parent.name)
        found.setdefault((3, int(match.group(1))), str(path))
    for minor in range(6, 20):
        path = shutil.which("python3.%d" % minor)
        if path and "shims" not in path:
            found.setdefault((3, minor), path)
    return found


def fitting(version):
    """An interpreter that can run this pip, else None."""
    if version < (21, 0):
        wanted = ((3, 8), (3, 7), (3, 6), (3, 9))
    elif version < (26, 0):
        wanted = ((3, 9), (3, 11), (3, 10), (3, 12))
    else:
        wanted = ((3, 11), (3, 12), (3, 13), (3, 10), (3, 14))
    return next((pythons()[minor] for minor in wanted if minor in pythons()), None)


class Pip:
    """One real pip as a long-lived process that answers questions."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.version = tuple(int(part) for part in self.directory.name.split("."))
        self.process = None

    def __lt__(self, other):
        return self.version < other.version

    def __enter__(self):
        environ = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
        environ["PIP_CONFIG_FILE"] = os.devnull
        self.process = subprocess.Popen(
            [fitting(self.version), "-I", "-B", str(ORACLE), str(self.directory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, encoding="utf-8",
        )  # fmt: skip
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def ask(self, question):
        """The answer to one question, a dict."""
        return self.ask_all([question])[0]

    def ask_all(self, questions):
        """The answers to many questions, written in blocks that fit a pipe."""
        answers = []
        for start in range(0, len(questions), 20):
            block = questions[start : start + 20]
            for question in block:
                self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            answers += [json.loads(self.process.stdout.readline()) for _ in block]
        return answers
