"""An organisation that publishes a signed list from a folder of its own to a web server."""

import pathlib
import shutil

from guard.core.lookup import LIST, MALICIOUS
from guard.lists import compile as compiler
from guard.lists.claim import Claim
from guard.lists.config import PUBLIC, SYSTEMS
from guard.lists.publish import Publisher, make_key

BASE = "corp/"


class Organisation:
    """``keys``, ``repository``: folders; ``site``: where ``serve`` puts the repository's files."""

    def __init__(self, folder: pathlib.Path, site, roots: int = 2):
        self.folder = folder
        self.keys = str(folder / "keys")
        self.repository = folder / "repository"
        self.site = site
        for role in (*["root"] * roots, "targets", "snapshot", "timestamp"):
            make_key(self.keys, role)
        self.root = pathlib.Path(self.publisher().start({"root": roots}))
        self.extra = []

    def publisher(self, **days):
        return Publisher(str(self.repository), self.keys, days=days)

    def publish(self, extra: str = "", **days) -> None:
        """Publish what a feed says of a few invented names, and the organisation's own word; serve it."""
        if extra:
            self.extra.append(extra)
        path = self.folder / LIST
        own = [
            Claim(name, "own:legal", MALICIOUS, reason="is blocked by legal: ours alone", rank=SYSTEMS)
            for name in ("corp-only", "requests", *self.extra)
        ]
        feed = [Claim(f"from-a-feed-{n}", "feed", MALICIOUS) for n in range(50)]
        compiler.write_list(str(path), feed + own, compiler.popular_names(), "2026-06-01T00:00:00Z")
        self.publisher(**days).publish(str(path))
        self.serve()

    def serve(self) -> None:
        """Put every file of the repository on the site, as an upload would."""
        for path in self.repository.rglob("*"):
            if path.is_file():
                self.site.files[BASE + str(path.relative_to(self.repository))] = path.read_bytes()

    def subscribe(self, installation) -> None:
        """Let an installation take this publication alone, its root pinned."""
        pinned = installation.root / "pinned.json"
        shutil.copy(self.root, pinned)
        off = "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in PUBLIC)
        installation.configure(
            f'[sync]\nca = "{installation.ca}"\nmax_bytes = 20000000\n{off}[sync.sources.corp]\nformat = "publication"\n'
            f'url = "{self.site.url}{BASE}"\nroot = "{pinned}"\n'
        )

    def file(self, role: str, version: int = 0) -> str:
        """The path on the site of a role's latest metadata, or of one version."""
        if role == "timestamp":
            return BASE + "metadata/timestamp.json"
        version = version or self.publisher()._versions(role)[-1]
        return f"{BASE}metadata/{version}.{role}.json"

    def target(self) -> str:
        """The path on the site of the list that is published now."""
        digest = self.publisher()._latest("targets").targets[LIST].hashes["sha256"]
        return f"{BASE}targets/{digest}.{LIST}"
