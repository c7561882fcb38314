"""The model as a file for the gate (read by guard.core.projects).

    head      HEAD bytes of text: ``#guard-lookalike 2 made=…``, then ``key=whole numbers``
    bitmap    of the codes of keys, two bits for each
    starts    where each group of stems begins, 3 bytes each
    stems     group by group the signatures of its projects, 8 bytes each, then their numbers, 2 bytes each
    buckets   the ends of each bucket of entries, 3 bytes each; a bucket is a code without its HIGH low bits
    entries   bucket by bucket the low bytes of the codes, then the numbers of the projects, 2 bytes each
    records   worth and combined worth (thousandths of a nat, plus 32768), flags, length of the name, name; each begins
              at a multiple of ALIGNED, and that multiple is the project's number
    letters   the cost of each letter after each two, one byte each, in sixths of a nat

All numbers are little-endian; ``sections`` in the head says where each begins and where the file ends.
"""

import math
from collections.abc import Iterable, Sequence

from guard.core.home import shipped
from guard.core.likeness import PART, WORD
from guard.core.projects import (
    ALIGNED,
    CODE,
    HEAD,
    HEAD_STEM,
    HIGH,
    LONG,
    LONGEST,
    LONGEST_RECORD,
    MAGIC,
    POPULAR,
    STEM_GROUPS,
    TAIL_STEM,
    code_of,
)
from guard.lists.seal import replace

from . import letters, trial
from .fit import (
    DENSITY,
    RIVALS,
    SECOND_LENGTH,
    SLIPS,
    SURPRISE,
    Facts,
    Fitted,
    fit,
    of_project,
)
from .index import keys, signed
from .projects import LETTERS, Project, listed, ordinary, pairs, popular

THOUSANDTHS, MILLIONTHS = 1_000, 1_000_000
MARKS = 34  # scores 0 to 33: 33 is one ordinary name in 2,000, five names of 10,000; beyond is drawn on
MARK = 20.4  # the score from which a name is flagged: one ordinary name in 110
MOST = 32_767
BITMAP_SIZE = 1 << 15  # bytes; some eight bits for each key


def build(path: str, made: str, *, top: int = 0, letters_path: str = "") -> None:
    """Fit the shipped data and write the model to ``path``; ``top``: take only that many of the popular names."""
    facts = Facts(popular()[: top or None], letters.read(letters_path or shipped(LETTERS)))
    known, names, stated = pairs(), ordinary(), listed()
    _, answers = trial.held_out(known, names, facts, lambda pair: pair.name, stated)
    write(path, fit(known, names, facts, stated), marks(answers), made)


def marks(answers: "Sequence[trial.Answer]") -> list[int]:
    """The weights of the scores 0 to MARKS - 1, from what was said of ordinary names by models fitted without them."""
    lowest = min(answer.weight for answer in answers if answer.weight > trial.NOTHING)
    return [
        round(THOUSANDTHS * max(lowest, trial.weight_at(answers, 10 ** (-score / 10)))) for score in range(MARKS)
    ]  # fmt: skip


def write(path: str, fitted: Fitted, of_scores: Sequence[int], made: str, mark: float = MARK) -> None:
    """Write a fitted model. The same model gives the same bytes."""
    projects = sorted(fitted.index.projects.values(), key=lambda project: project.name)
    records, numbers = _records(projects, fitted)
    parts = [*_table(projects, numbers), records, fitted.facts.costs]
    sections = [HEAD]
    for part in parts:
        sections.append(sections[-1] + len(part))
    head = _head(fitted, sections, of_scores, made, mark)
    replace(path, head + b"".join(parts))


def _head(fitted: Fitted, sections: Sequence[int], of_scores: Sequence[int], made: str, mark: float) -> bytes:
    weights = [round(THOUSANDTHS * weight) for weight in fitted.weights]
    second = [round(THOUSANDTHS * fitted.weights[SECOND_LENGTH] * math.log(max(1, n))) for n in range(LONG + 10)]
    lines = [f"{MAGIC} made={made}"]
    for key, values in (
        ("sections", sections),
        ("mark", [round(10 * mark)]),
        ("marks", of_scores),
        ("weights", weights[:SLIPS]),
        ("second", second),
        ("surprise", [round(MILLIONTHS * fitted.weights[SURPRISE])]),
        ("density", [round(MILLIONTHS * fitted.weights[DENSITY])]),
        ("rivals", [weights[RIVALS]]),
    ):
        lines.append(key + "=" + ",".join(map(str, values)))
    text = "\n".join(lines).encode("ascii") + b"\n"
    return text.ljust(HEAD - 1) + b"\n"


def _records(projects: Sequence[Project], fitted: Fitted) -> "tuple[bytes, list[int]]":
    """The records of all projects, and the number of each."""
    records, numbers = bytearray(), []
    for project in projects:
        alone = fitted.weight(of_project(project, fitted.facts, combined=False))
        with_word = fitted.weight(of_project(project, fitted.facts, combined=True))
        flags = POPULAR if project.popular else 0
        name = project.name.encode("ascii")[:LONGEST]
        numbers.append(len(records) // ALIGNED)
        records += _short(alone) + _short(with_word) + bytes([flags, len(name)]) + name
        records += bytes(-len(records) % ALIGNED)
    return bytes(records) + bytes(LONGEST_RECORD), numbers


def _short(weight: float) -> bytes:
    return (max(-MOST, min(MOST, round(THOUSANDTHS * weight))) + 32_768).to_bytes(2, "little")


def _table(projects: Sequence[Project], numbers: Sequence[int]) -> list[bytes]:
    """The sections by which keys are found."""
    bitmap = bytearray(BITMAP_SIZE)
    stems: list[set[tuple[int, int]]] = [set() for _ in range(STEM_GROUPS)]
    buckets: list[set[tuple[int, int]]] = [set() for _ in range((CODE >> HIGH) + 1)]
    for project, number in zip(projects, numbers):
        for key in keys(project):
            if key.startswith((HEAD_STEM, TAIL_STEM)):
                stems[int.from_bytes(key, "little") % STEM_GROUPS].add((signed(project), number))
                continue
            buckets[code_of(key) >> HIGH].add((code_of(key) & 255, number))
            for hint in (key, key[: WORD + 1], PART + key[-WORD:]) if key.startswith(PART) else (key,):
                _set(bitmap, code_of(hint))
    groups, entries = [_columns(group, 8) for group in stems], [_columns(bucket, 1) for bucket in buckets]
    starts, ends = _running(map(len, groups)), _running(map(len, buckets))
    return [bytes(bitmap), starts, b"".join(groups), ends, b"".join(entries)]


def _set(bitmap: bytearray, code: int) -> None:
    bitmap[code >> HIGH & BITMAP_SIZE - 1] |= 1 << (code & 7)
    bitmap[code >> 3 & BITMAP_SIZE - 1] |= 1 << (code >> 23 & 7)


def _columns(group: "set[tuple[int, int]]", size: int) -> bytes:
    """Pairs of whole numbers: all first ones, ``size`` bytes each, then all second ones, 2 bytes each."""
    pairs = sorted(group)
    firsts = b"".join(first.to_bytes(size, "little") for first, _ in pairs)
    return firsts + b"".join(second.to_bytes(2, "little") for _, second in pairs)


def _running(sizes: Iterable[int]) -> bytes:
    """0 and the running sums of ``sizes``, 3 bytes each."""
    total, found = 0, [bytes(3)]
    for size in sizes:
        total += size
        found.append(total.to_bytes(3, "little"))
    return b"".join(found)
