"""How a sync shows itself: bars on a terminal, one plain line a source off it, nothing in the background."""

import threading
from typing import Any, TextIO


class Silent:
    """Shows nothing; also what the others have in common. Called from many threads."""

    def started(self, source: str) -> None:
        """``source`` is being asked."""

    def moved(self, source: str, done: int, total: "int | None") -> None:
        """``done`` bytes of ``total`` have arrived."""

    def finished(self, source: str, error: str) -> None:
        """``source`` is done; ``error`` is "" where all went well."""

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *_: object) -> None:
        """The sync is over."""


class Lines(Silent):
    """One line a source, when it is done: for logs."""

    def __init__(self, out: TextIO):
        self.out = out
        self.lock = threading.Lock()

    def finished(self, source: str, error: str) -> None:
        with self.lock:
            print(f"{source}: {'failed' if error else 'done'}", file=self.out, flush=True)  # why is told at the end


class Bars(Silent):
    """A bar for each source, on a terminal."""

    def __init__(self, out: TextIO):
        # 44 ms to import, and only a person at a terminal sees it
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TransferSpeedColumn,
        )

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self.bars = Progress(*columns, console=Console(file=out), transient=True)
        self.tasks: dict[str, Any] = {}

    def __enter__(self) -> "Bars":
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    def started(self, source: str) -> None:
        self.tasks[source] = self.bars.add_task(source, total=None)

    def moved(self, source: str, done: int, total: "int | None") -> None:
        self.bars.update(self.tasks[source], completed=done, total=total)

    def finished(self, source: str, error: str) -> None:
        how = "failed" if error else "done"
        self.bars.update(self.tasks[source], description=f"{source}: {how}", total=1, completed=1)


def on(out: TextIO) -> Silent:
    """What suits the stream ``out``."""
    return Bars(out) if out.isatty() else Lines(out)
