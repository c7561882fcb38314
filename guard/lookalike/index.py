"""Which projects a name is near to, and how, by the keys both leave: those that compile.py writes to the file."""

from collections.abc import Iterable, Iterator

from guard.core.likeness import (
    DEEP_FROM,
    DEEP_TO,
    LONG,
    PART,
    SHORT,
    WORD,
    core_keys,
    end_keys,
    likeness,
    wanted,
)

from .projects import Project

DEEP_RANK = 5_000  # two slips are looked for against this many of the popular, and whoever was imitated before
COMBINED_RANK = 300  # brand and word likewise


def keys(project: Project) -> Iterator[bytes]:
    """Every key under which a project is found; guard.core.likeness.wanted makes those of a name."""
    name = project.name.encode("ascii")
    size = len(name)
    yield name
    if combines(project):
        yield PART + name
    if size < SHORT:
        return
    for i in range(size):
        yield name[:i] + name[i + 1 :]
    if deep(project):
        if size > LONG - 2:
            yield from end_keys(name)
        for i in range(size):
            for j in range(i + 1, size):
                yield name[:i] + name[i + 1 : j] + name[j + 1 :]
    core, words = core_keys(project.name)
    if len(core) > SHORT:
        yield core
        yield words


def deep(project: Project) -> bool:
    """Whether names two slips away from the project are looked for."""
    most = DEEP_TO if project.imitations else LONG
    return DEEP_FROM <= len(project.name) <= most and (project.rank <= DEEP_RANK or project.imitations > 0)


def combines(project: Project) -> bool:
    """Whether the project is one of those whose name is looked for inside longer names."""
    return len(project.name) >= WORD and (project.rank <= COMBINED_RANK or project.imitations > 0)


class Index:
    """The projects by their keys, in memory. Asked like the gate's file: ``near(name)``."""

    def __init__(self, projects: Iterable[Project]):
        self.projects = {project.name: project for project in projects}
        self._by_key: dict[bytes, list[str]] = {}
        for project in self.projects.values():
            for key in sorted(set(keys(project))):
                self._by_key.setdefault(key, []).append(project.name)

    def near(self, name: str) -> dict[str, list[int]]:
        """{project: the slips that make ``name`` of it}; empty where nothing is near. The name itself is left out."""
        found: dict[str, list[int]] = {}
        for key, kind in wanted(name, self._by_key.__contains__):
            for project in self._by_key.get(key, ()):
                if project == name or project in found:
                    continue
                slips = likeness(project, name, kind)
                if slips:
                    found[project] = slips
        return found
