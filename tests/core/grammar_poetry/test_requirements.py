"""Guard and the real poetries are given the same arguments of ``add``: which project is meant?"""

import pytest
from hypothesis import given

from guard.core.command import Command
from guard.core.grammar import cleo, poetry_add
from guard.core.grammar.reader import Reader
from guard.core.names import is_name, normalise
from tests.core.grammar_poetry import poetries, words
from tests.core.grammar_poetry.conftest import LONG, SHORT


def compare_requirement(oracle, text):
    said = oracle.ask(requirement=text, root=str(oracle.home))
    command, pep508 = Command("poetry"), poetries.number(oracle.version) >= cleo.CLEO
    poetry_add.read(Reader(command, str(oracle.home), {}), text, str(oracle.home), pep508)
    if "error" in said:
        return  # poetry stops here and installs nothing
    names = [target.name for target in command.targets if target.asked]
    if said["link"] and said["name"] == "fetched-from-the-link":
        assert command.unseen or all(target.link for target in command.targets), names
    elif is_name(said["name"]):
        assert names[:1] == [normalise(said["name"])]
    else:  # no index has such a name; guard may say which project was meant
        meant = normalise(text.strip())
        assert command.unseen or all(target.link or meant.startswith(target.name) for target in command.targets)


@SHORT
@given(text=words.requirement)
def test_requirements_are_read_as_poetry_reads_them(oracle, text):
    compare_requirement(oracle, text)


@pytest.mark.long
@LONG
@given(text=words.requirement)
def test_requirements_in_the_long_run(oracle, text):
    compare_requirement(oracle, text)
