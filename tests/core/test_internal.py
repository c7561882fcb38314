"""Names of an organisation's own index, and commands that would ask another for them."""

import pytest

from guard.core.internal import confusion, is_internal

OWN = ["https://pypi.acme.example/simple"]


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("acme-*", "acme-billing", True),
        ("acme-*", "acme", False),
        ("acme-*", "not-acme-billing", False),
        ("ACME_*", "acme-billing", True),
        ("acme..*", "acme-billing", True),
        ("payroll", "payroll", True),
        ("payroll", "payrolls", False),
        ("*-internal", "billing-internal", True),
        ("*-internal", "billing-internal-x", False),
        ("a?me-*", "acme-x", True),
        ("a?me-*", "ame-x", False),
        ("*a*b*c", "xxaxxbxxc", True),
        ("*a*b*c", "xxaxxcxxb", False),
        ("*", "anything", True),
        ("", "anything", False),
    ],
)
def test_patterns(pattern, name, fits):
    assert is_internal(name, [pattern]) is fits


def test_a_pattern_of_many_stars_is_answered_at_once():
    assert not is_internal("a" * 2000, ["*a" * 200 + "b"])


@pytest.mark.parametrize(
    ("indexes", "asks"),
    [
        ([], "the public index"),
        (["https://pypi.acme.example/simple"], ""),
        (["https://pypi.acme.example/simple/"], ""),
        (["https://user:secret@pypi.acme.example:443/simple/team"], ""),
        (["HTTPS://PyPI.acme.example/simple"], ""),
        (["https://pypi.acme.example/simple", "https://index.example/simple"], "https://index.example/simple"),
        (["https://pypi.acme.example.evil.example/simple"], "https://pypi.acme.example.evil.example/simple"),
        (["https://pypi.acme.example/simple-mirror"], "https://pypi.acme.example/simple-mirror"),
        (["https://pypi.acme.example/simple/../other"], "https://pypi.acme.example/simple/../other"),
        (["https://pypi.acme.example/simple/%2e%2e/other"], "https://pypi.acme.example/simple/%2e%2e/other"),
        (["http://pypi.acme.example/simple"], "http://pypi.acme.example/simple"),
        (["https://pypi.acme.example:8443/simple"], "https://pypi.acme.example:8443/simple"),
        (["https://pypi.acme.example@index.example/simple"], "https://index.example/simple"),
        (["https://index.example\\@pypi.acme.example/simple"], "https://index.example/\\@pypi.acme.example/simple"),
        (["https://me:secret@index.example\\@pypi.acme.example/"], "https://index.example/\\@pypi.acme.example"),
    ],
)
def test_an_internal_name_may_only_be_asked_of_its_own_index(indexes, asks):
    said = confusion("acme-billing", ["acme-*"], OWN, indexes)
    assert said.endswith(asks) if asks else said == ""
    assert bool(said) is bool(asks)


def test_credentials_of_an_index_are_not_shown():
    said = confusion("acme-billing", ["acme-*"], OWN, ["https://user:secret@index.example/simple"])
    assert "secret" not in said
    assert "index.example" in said


def test_other_names_are_no_confusion():
    assert confusion("requests", ["acme-*"], OWN, []) == ""


def test_without_an_internal_index_every_index_is_foreign():
    assert confusion("acme-billing", ["acme-*"], [], OWN)
