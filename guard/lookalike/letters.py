"""How letters follow one another in project names: the cost of each letter after the two before it.

A slip makes unlikely letters (``plaawright``), a word somebody chose does not (``playlist``); the sum over a name says
how much of it is left to explain. Kept as a table of text, one row for each two letters, one character for each letter
that can follow: its cost in sixths of a nat, 0 to 63, as a digit of DIGITS.
"""

import math
from collections import Counter
from collections.abc import Iterable

from guard.core.errors import BadData
from guard.core.lookalike import LETTERS, places

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/"
UNIT = 1 / 6  # nats
SIZE = len(LETTERS) ** 3
_HOLD = (1, 5, 5)  # how many names' worth of trust the shorter context keeps, by its length


def count(names: Iterable[str]) -> bytes:
    """The costs (SIZE bytes) counted from ``names`` (normalised), shorter contexts filling in for rare ones."""
    seen: Counter[str] = Counter()
    context: Counter[str] = Counter()
    for name in names:
        text = "$$" + name + "$"
        for i in range(2, len(text)):
            for length in range(3):
                seen[text[i - length : i + 1]] += 1
                context[text[i - length : i] or "^"] += 1
    return bytes(
        min(63, round(-math.log(_share(seen, context, a + b, c)) / UNIT))
        for a in LETTERS
        for b in LETTERS
        for c in LETTERS
    )


def _share(seen: "Counter[str]", context: "Counter[str]", before: str, letter: str) -> float:
    share = 1 / len(LETTERS)
    for length, hold in enumerate(_HOLD):
        known = before[2 - length :]
        total = context[known or "^"]
        trust = total / (total + hold)
        share = trust * (seen[known + letter] / total if total else 0) + (1 - trust) * share
    return share


def cost(costs: bytes, name: str) -> int:
    """What the letters of ``name`` cost together, in sixths of a nat."""
    return sum(costs[place] for place in places(name))


def write(costs: bytes, path: str, about: str) -> None:
    """Write the table; ``about`` is one line: from what and when."""
    size = len(LETTERS)
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.write(f"#guard-letters 1 {about}\n#before,cost of {LETTERS}\n")
        for row in range(size * size):
            before = LETTERS[row // size] + LETTERS[row % size]
            file.write(before + "," + "".join(DIGITS[c] for c in costs[row * size : (row + 1) * size]) + "\n")


def read(path: str) -> bytes:
    """The costs in a table. Raises BadData where it is not whole."""
    try:
        with open(path, encoding="ascii") as file:
            rows = [line.rstrip("\n").partition(",")[2] for line in file if not line.startswith("#")]
        costs = bytes(DIGITS.index(digit) for row in rows for digit in row)
    except (OSError, ValueError) as error:
        raise BadData(f"{path}: {error}") from error
    if len(costs) != SIZE:
        raise BadData(f"{path}: {len(costs)} costs where {SIZE} are due")
    return costs
