"""The names of an index at which the judge of look-alikes is silent, as a filter that the gate asks before the model.

Most names that people install were on the index when the model was made, and what it says of them is known: nothing.
That answer costs one read, not the two hundred of a judgement. None that the model flags was put in; as with any such
filter, a name that was not is taken for one of them once in some hundreds of times.
"""

from guard.core.filter import build as filter_of
from guard.core.home import shipped
from guard.core.lookalike import Model
from guard.core.projects import FILE
from guard.core.unlisted import QUIET_TIE
from guard.lists.seal import replace

from .known import names_of


def build(source: str, destination: str) -> tuple[int, int]:
    """Judge every name in the file ``source`` (see known.build) by the shipped model; write the filter of the quiet.

    Returns how many these are, and how many were flagged. Takes a minute. Raises BadData, CannotJudge.
    """
    names = names_of(source)
    model = Model.open(shipped(FILE))
    quiet = {name.encode("ascii") for name in names if not is_flagged(model, name)}
    model.close()
    replace(destination, filter_of(quiet, QUIET_TIE))
    return len(quiet), len(names) - len(quiet)


def is_flagged(model: Model, name: str) -> bool:
    found = model.judge(name)
    return found is not None and found.flagged
