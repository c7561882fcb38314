"""A tool that only tells how it was started."""


class FakeTool:
    """A ``pip`` that writes down exactly how it was started."""

    def __init__(self, folder):
        self.folder = folder / "fake"
        self.folder.mkdir()
        self.report = folder / "report"
        script = self.folder / "pip"
        script.write_text(f'#!/bin/sh\nprintf "%s\\0" "$$" "$@" > {self.report}\nenv -0 > {self.report}.env\nexit 42\n')
        script.chmod(0o755)

    def started_with(self):
        pid, *words, _ = self.report.read_bytes().split(b"\0")
        return int(pid), words

    def environment(self):
        return dict(item.split(b"=", 1) for item in self.report.with_suffix(".env").read_bytes().split(b"\0") if item)
