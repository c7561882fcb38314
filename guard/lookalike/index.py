"""Which projects a name is near to, and how, by the keys both leave: those that compile.py writes to the file."""

from collections.abc import Iterable, Iterator

from guard.core.likeness import (
    PART,
    SHORT,
    STEM,
    WORD,
    core_keys,
    is_short,
    likeness,
    shortened_keys,
    wanted,
)
from guard.core.projects import APART, ONE_SLIP, STEMMED, signature, stem_keys

from .projects import Project

DEEP_TO = 24  # letters; in longer names a second slip is not looked for
DEEP_RANK = 5_000  # two slips are looked for against this many of the popular, and whoever was imitated before
COMBINED_RANK = 300  # brand and word likewise


def keys(project: Project) -> Iterator[bytes]:
    """Every key under which a project is found; guard.core.likeness.wanted makes those of a name."""
    name = project.name.encode("ascii")
    if combines(project):
        yield PART + name
    if len(name) < SHORT:
        yield name
        return
    if len(name) >= STEMMED:
        yield from stem_keys(name)
    if is_short(name):
        yield from shortened_keys(name)
    cores = core_keys(project.name)
    if len(cores[0]) > SHORT:
        yield from cores


def deep(project: Project) -> bool:
    """Whether names two slips away from the project are looked for."""
    return len(project.name) <= DEEP_TO and (project.rank <= DEEP_RANK or project.imitations > 0)


def signed(project: Project) -> int:
    """The project's signature, marked where names two slips away are not looked for."""
    return signature(project.name.encode("ascii")) | (0 if deep(project) else ONE_SLIP)


def combines(project: Project) -> bool:
    """Whether the project is one of those whose name is looked for inside longer names."""
    return len(project.name) >= WORD and (project.rank <= COMBINED_RANK or project.imitations > 0)


class Index:
    """The projects by their keys, in memory. Asked like the gate's file: ``near(name)``."""

    def __init__(self, projects: Iterable[Project]):
        self.projects = {project.name: project for project in projects}
        self._signed = {project.name: signed(project) for project in self.projects.values()}
        self._by_key: dict[bytes, list[str]] = {}
        for project in self.projects.values():
            for key in sorted(set(keys(project))):
                self._by_key.setdefault(key, []).append(project.name)

    def near(self, name: str) -> dict[str, list[int]]:
        """{project: the slips that make ``name`` of it}; empty where nothing is near. The name itself is left out."""
        found: dict[str, list[int]] = {}
        own = signature(name.encode())
        for key, kind in wanted(name):
            for project in self._by_key.get(key, ()):
                if project == name or project in found:
                    continue
                if kind == STEM and bin(self._signed[project] ^ own).count("1") > APART:
                    continue
                slips = likeness(project, name, kind)
                if slips:
                    found[project] = slips
        return found
