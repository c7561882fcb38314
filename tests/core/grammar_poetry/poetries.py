"""The real poetries that the grammar is derived from and held against, each with the Python it runs on."""

import pathlib

import pytest

from tests.support.tools import clean_environment, venv

HERE = pathlib.Path(__file__).resolve().parent
POETRIES = {
    "1.1.15": "3.8",
    "1.2.2": "3.8",
    "1.4.2": "3.10",
    "1.8.5": "3.11",
    "2.0.1": "3.11",
    "2.2.1": "3.11",
    "2.5.1": "3.11",
}
# What lies between them changes options only; the table is derived from these too.
BETWEEN = {"1.3.2": "3.10", "1.5.1": "3.10", "1.6.1": "3.10", "1.7.1": "3.10", "2.1.4": "3.10"}
EVERY = dict(sorted({**POETRIES, **BETWEEN}.items()))
# The oldest, a middle one and the newest are asked in every run, the others in the long one.
USUAL = ("1.1.15", "1.8.5", "2.5.1")


def parameters(versions):
    """Versions as parameters of a test or fixture."""
    return [pytest.param(version, marks=[] if version in USUAL else pytest.mark.long) for version in versions]


def number(version):
    """(1, 8) of "1.8.5"."""
    return tuple(int(part) for part in version.split(".")[:2])


def python(version):
    """Path of the interpreter that has this poetry; skips the test where it cannot be had."""
    return venv(EVERY[version], "poetry==" + version) / "bin" / "python"


def script(version):
    """Path of the poetry command of that version."""
    return python(version).parent / "poetry"


def environment(**more):
    """What a poetry is started with: nothing of the caller's, no keyring, no bytecode left behind."""
    keyring = "keyring.backends.null.Keyring"
    return clean_environment(PYTHONDONTWRITEBYTECODE="1", PYTHON_KEYRING_BACKEND=keyring, **more)
