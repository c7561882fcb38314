"""Which poetry sources leave an internal name to the public index."""

import pytest

from guard.core.grammar.pyproject import poetry_indexes
from guard.core.internal import confusion

OWN = "https://pypi.acme.example/simple"


def source(priority, name="acme", url=OWN):
    return {"name": name, "url": url, "priority": priority}


@pytest.mark.parametrize(
    ("sources", "confused"),
    [
        ([], True),
        ([{"name": "acme", "url": OWN}], False),
        ([source("primary")], False),
        ([source("default")], False),
        ([source("supplemental")], True),
        ([source("secondary")], True),
        ([source("primary"), source("supplemental", "more", "https://elsewhere.example/")], True),
        ([source("primary"), {"name": "PyPI", "priority": "primary"}], True),
        ([source("primary"), {"name": "pypi"}], True),
        ([source("explicit")], False),
        ([{"name": "acme", "url": OWN, "secondary": True}], True),
        ([{"name": "acme", "url": OWN, "default": True}, source("explicit", "more", OWN + "/more")], False),
        (["nonsense", {"name": 3}], True),
    ],
)
def test_poetry_sources(sources, confused):
    indexes = poetry_indexes({"tool": {"poetry": {"source": sources}}})
    assert bool(confusion("acme-billing", ["acme-*"], [OWN], indexes)) is confused
