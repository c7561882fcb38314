"""How well the judge does on what it was not fitted on: folds, curves, the share of ordinary names behind a score."""

import random
from collections.abc import Callable, Sequence

from .fit import Facts, Fitted, fit
from .projects import Pair

FOLDS = 5
SEED = 8
NOTHING = float("-inf")


class Answer:
    """What a judge said of a name: its weight, the project, and whether that is the right one (None: nobody knows)."""

    __slots__ = ("name", "project", "right", "sources", "target", "weight")

    def __init__(self, fitted: Fitted, name: str, pair: "Pair | None" = None):
        best = fitted.best(name)
        self.name = name
        self.weight, self.project = best[:2] if best else (NOTHING, "")
        self.target = pair.target if pair else ""
        self.right = None if pair is None else self.project == pair.target
        self.sources = pair.sources if pair else []


def held_out(
    pairs: Sequence[Pair],
    ordinary: Sequence[str],
    facts: Facts,
    by: "Callable[[Pair], str]",
    known: Sequence[Pair] = (),
) -> "tuple[list[Answer], list[Answer]]":
    """The answers to every pair and every ordinary name by a model that was fitted without it.

    ``by`` says what is held out together: pairs of one name, or of one target. A project that only pairs of the held-
    out fold name is then not known as a target, nor are its imitations counted, unless ``known`` pairs state it.
    """
    groups = sorted({by(pair) for pair in pairs})
    random.Random(SEED).shuffle(groups)  # noqa: S311  # folds, not secrets
    fold_of = {group: i % FOLDS for i, group in enumerate(groups)}
    of_pairs, of_ordinary = [], []
    for fold in range(FOLDS):
        fitted = fit(
            [pair for pair in pairs if fold_of[by(pair)] != fold],
            [name for i, name in enumerate(ordinary) if i % FOLDS != fold],
            facts,
            known,
        )
        of_pairs += [Answer(fitted, pair.name, pair) for pair in pairs if fold_of[by(pair)] == fold]
        of_ordinary += [Answer(fitted, name) for i, name in enumerate(ordinary) if i % FOLDS == fold]
    return of_pairs, of_ordinary


def weight_at(ordinary: Sequence[Answer], share: float) -> float:
    """The weight that only ``share`` of the ordinary names exceed."""
    ranked = sorted((answer.weight for answer in ordinary), reverse=True)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def recall(pairs: Sequence[Answer], weight: float) -> float:
    """The share of pairs whose right project is found above ``weight``."""
    return sum(1 for answer in pairs if answer.right and answer.weight > weight) / len(pairs)
