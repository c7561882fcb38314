"""What each kind of likeness counts for: a logistic model, fitted in plain Python so that it needs no library.

Rows that hold: a known typosquat beside the project it imitates. Rows that do not: an ordinary name beside each project
it is near to. Every pair stands there twice at half weight, once with what other typosquats say of its project and once
as if nobody had imitated it yet; without the second the model would trust fame alone and miss new targets. A pair never
counts for its own project.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from guard.core.likeness import FUSED, JOINED, SECOND, WORDS, parts
from guard.core.lookalike import MOST_RIVALS

from . import letters
from .index import Index
from .projects import NO_RANK, Pair, Project, projects

OF_NAME = ("second-length", "surprise", "density", "rivals")
OF_PROJECT = ("bias", "rank", "imitated", "imitations", "length", "short", "plainness", "words", "common")
SLIPS = len(WORDS)
(SECOND_LENGTH, SURPRISE, DENSITY, RIVALS, BIAS, RANK, IMITATED, IMITATIONS, LENGTH, SHORTNESS, PLAINNESS, WORD_COUNT,
 COMMON) = range(SLIPS, SLIPS + len(OF_NAME) + len(OF_PROJECT))  # fmt: skip
FEATURES = SLIPS + len(OF_NAME) + len(OF_PROJECT)

PENALTY = 3.0  # of a squared standardised weight; from held-out folds
STEPS = 25

Row = dict[int, float]


class Facts:
    """What is known beside the pairs: the popular names, how letters follow one another, how common a brand is."""

    def __init__(self, popular_names: Sequence[str], costs: bytes):
        self.popular = list(popular_names)
        self.costs = costs
        self._nats: dict[str, float] = {}
        self._holders = Counter(
            part for name in self.popular for part in {name[begin:end] for begin, end, _ in parts(name)}
        )

    def nats(self, name: str) -> float:
        """What the letters of ``name`` cost together, in nats."""
        if name not in self._nats:
            self._nats[name] = letters.cost(self.costs, name) * letters.UNIT
        return self._nats[name]

    def holders(self, project: str) -> int:
        """How many popular names hold this project's name whole."""
        return self._holders[project]


def of_project(project: Project, facts: Facts, combined: bool) -> Row:
    """The part of a row that the project alone decides."""
    length = len(project.name)
    row = {
        BIAS: 1.0,
        RANK: math.log(min(project.rank, NO_RANK)),
        LENGTH: math.log(length),
        PLAINNESS: facts.nats(project.name) / (length + 1),
        SURPRISE: -facts.nats(project.name),
    }
    if length < 6:
        row[SHORTNESS] = 6.0 - length
    if "-" in project.name:
        row[WORD_COUNT] = float(project.name.count("-"))
    if project.imitations > 0:
        row[IMITATED] = 1.0
        row[IMITATIONS] = math.log1p(project.imitations)
    if combined:
        row[COMMON] = math.log1p(facts.holders(project.name))
    return row


def row_of(project: Project, name: str, slips: list[int], rivals: int, facts: Facts) -> Row:
    """The features of ``name`` beside ``project``: {feature: value}, zeros left out."""
    row = of_project(project, facts, slips[0] in (JOINED, FUSED))
    for slip in slips:
        row[slip] = row.get(slip, 0.0) + 1.0
    if SECOND in slips:
        row[SECOND_LENGTH] = math.log(len(project.name))
    nats = facts.nats(name)
    row[SURPRISE] += nats
    row[DENSITY] = nats / (len(name) + 1)
    if rivals:
        row[RIVALS] = float(min(rivals, MOST_RIVALS))
    return row


class Fitted:
    """Weights by feature. ``best(name)`` is (weight, project, slips) of the likeliest project, or None."""

    def __init__(self, weights: list[float], index: Index, facts: Facts):
        self.weights = weights
        self.index = index
        self.facts = facts

    def weight(self, row: Row) -> float:
        return sum(self.weights[feature] * value for feature, value in row.items())

    def best(self, name: str) -> "tuple[float, str, list[int]] | None":
        near = self.index.near(name)
        found = [
            (-self.weight(row_of(self.index.projects[p], name, slips, len(near) - 1, self.facts)), p, slips)
            for p, slips in near.items()
        ]
        if not found:
            return None
        weight, project, slips = min(found)
        return -weight, project, slips


def fit(pairs: Sequence[Pair], ordinary: Iterable[str], facts: Facts, known: Sequence[Pair] = ()) -> Fitted:
    """The model that ``pairs`` and ``ordinary`` names give; ``known`` pairs only add to who was imitated before."""
    index = Index(projects(facts.popular, [*pairs, *known]))
    rows: list[tuple[Row, int, float]] = []
    for name, target in sorted({(pair.name, pair.target) for pair in pairs}):
        aimed = index.projects[target]
        near = index.near(name)
        if target not in near:
            continue
        for imitations in (aimed.imitations - 1, 0):
            if aimed.popular or imitations > 0:
                others = Project(target, aimed.rank, imitations)
                rows.append((row_of(others, name, near[target], len(near) - 1, facts), 1, 0.5))
    for name in ordinary:
        near = index.near(name)
        for project, slips in near.items():
            rows.append((row_of(index.projects[project], name, slips, len(near) - 1, facts), 0, 1.0))
    return Fitted(logistic(rows), index, facts)


def logistic(rows: "Sequence[tuple[Row, int, float]]") -> list[float]:
    """The weights that make rows (features, 0 or 1, how much it counts) likeliest, large ones penalised (Newton)."""
    scale = _spread(rows)
    scaled = [([(f, v / scale[f]) for f, v in row.items() if scale[f]], label, count) for row, label, count in rows]
    weights = [0.0] * FEATURES
    for _ in range(STEPS):
        slope = [-PENALTY * w if f != BIAS else 0.0 for f, w in enumerate(weights)]
        bend = [[0.0] * FEATURES for _ in range(FEATURES)]
        for f in range(FEATURES):
            bend[f][f] = PENALTY if f != BIAS else 1e-9
        for row, label, count in scaled:
            chance = _chance(sum(weights[f] * v for f, v in row))
            pull = count * (label - chance)
            curve = count * chance * (1 - chance)
            for f, v in row:
                slope[f] += pull * v
                if curve > 1e-9:
                    line, push = bend[f], curve * v
                    for g, u in row:
                        line[g] += push * u
        step = _solve(bend, slope)
        weights = [w + s for w, s in zip(weights, step)]
        if max(abs(s) for s in step) < 1e-6:
            break
    return [w / s if s else 0.0 for w, s in zip(weights, scale)]


def _chance(weight: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, weight))))


def _spread(rows: "Sequence[tuple[Row, int, float]]") -> list[float]:
    """The standard deviation of each feature; 1 for the bias, 0 for one that never varies."""
    sums, squares = [0.0] * FEATURES, [0.0] * FEATURES
    for row, _, _ in rows:
        for f, v in row.items():
            sums[f] += v
            squares[f] += v * v
    spread = [math.sqrt(max(0.0, q / len(rows) - (s / len(rows)) ** 2)) for s, q in zip(sums, squares)]
    spread[BIAS] = 1.0
    return [s if s > 1e-9 else 0.0 for s in spread]


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """x in matrix · x = right, by elimination; the matrix is symmetric and positive."""
    rows = [[*line, value] for line, value in zip(matrix, right)]
    size = len(rows)
    for i in range(size):
        pivot = rows[i]
        for j in range(i + 1, size):
            factor = rows[j][i] / pivot[i]
            if factor:
                rows[j] = [a - factor * b for a, b in zip(rows[j], pivot)]
    found = [0.0] * size
    for i in reversed(range(size)):
        rest = sum(rows[i][k] * found[k] for k in range(i + 1, size))
        found[i] = (rows[i][size] - rest) / rows[i][i]
    return found
