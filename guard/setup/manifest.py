"""What the installer wrote outside PREFIX, kept in ``PREFIX/manifest.json``, so that uninstalling leaves no trace.

    {"schema": 1, "blocks": [PATH…], "files": [PATH…], "made": [PATH…], "links": {PATH: WHERE IT LEADS},
     "extras": [NAME…]}

``blocks`` hold a marked block, ``files`` are guard's alone; ``made`` are the files and folders that did not exist
before, PREFIX itself among them. ``links`` are guard's as long as they lead where they led. ``extras`` are those that
guard was installed with, for the next upgrade.
"""

import json
import os
import shutil

from guard.core.errors import BadData
from guard.setup import files

SCHEMA = 1


class Manifest:
    """Reads, grows and writes one installation's manifest; paths are absolute, in the order they were written."""

    def __init__(self, home):
        self.path = os.path.join(home.root, "manifest.json")
        self.blocks, self.files, self.made, self.links, self.extras = [], [], [], {}, []
        try:
            with open(self.path, encoding="utf-8") as text:
                kept = json.load(text)
            self.blocks, self.files, self.made = kept["blocks"], kept["files"], kept["made"]
            self.links, self.extras = kept.get("links", {}), kept.get("extras", [])
        except FileNotFoundError:
            pass
        except (ValueError, KeyError, TypeError):
            raise BadData("%s is not a manifest of guard" % self.path, "install guard again") from None

    def folder(self, path):
        """Make the folder ``path`` and its parents, and remember those that did not exist. Raises OSError."""
        if not os.path.isdir(path):
            self.folder(os.path.dirname(path))
            os.mkdir(path)
            self._add(self.made, path)

    def block(self, path, made):
        self._add(self.blocks, path)
        if made:
            self._add(self.made, path)

    def file(self, path):
        self._add(self.files, path)

    def link(self, path, target):
        self.links[path] = target

    def undo(self, home):
        """Remove the folders of a first installation that failed; a guard that stood before still stands."""
        if home.root in self.made and not os.path.lexists(home.root + "/venv"):
            shutil.rmtree(home.root, ignore_errors=True)
            for folder in reversed(self.made):
                if os.path.isdir(folder) and not os.listdir(folder):
                    os.rmdir(folder)

    def save(self):
        text = {"schema": SCHEMA, "blocks": self.blocks, "files": self.files, "made": self.made, "links": self.links,
                "extras": self.extras}  # fmt: skip
        files.replace(self.path, json.dumps(text, indent=1).encode("ascii") + b"\n")

    @staticmethod
    def _add(paths, path):
        if path not in paths:
            paths.append(path)
