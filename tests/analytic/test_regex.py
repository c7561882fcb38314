"""One set of lines pins what the regex means, in every engine that reads it (Spark: test_spark.py)."""

import json
import re
import shutil
import subprocess

import duckdb
import pytest

from guard.analytic import seed
from guard.analytic.definition import PORTABLE_REGEX, quoted

from .regex_lines import LINES


def test_the_regex_is_the_seeds():
    assert seed.REGEX == r"""(?i)(?:pip|poetry)[^|]*?\s+(?:install|add)\s+(?P<package_name>[^\s\"']+)$"""


@pytest.mark.skipif(not shutil.which("perl"), reason="no perl here, whose regular expressions PCRE copies")
def test_as_it_is_written_in_perl():
    script = """
        use utf8; use JSON::PP; my $lines = decode_json(do { local $/; <STDIN> });
        print encode_json([map { $_ =~ /%s/a ? $+{package_name} : undef } @$lines]);
    """
    # /a: \\s is ASCII, as it is to PCRE unless it is asked for Unicode's classes.
    done = subprocess.run(
        ["perl", "-e", script % seed.REGEX.replace("$", r"$")],
        input=json.dumps(list(LINES)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert dict(zip(LINES, json.loads(done.stdout))) == LINES


def test_spelled_for_other_engines_in_python():
    spelled = re.compile(PORTABLE_REGEX.replace(r"\z", r"\Z"), re.ASCII)
    found = {line: spelled.search(line) for line in LINES}
    assert {line: match and match.group(1) for line, match in found.items()} == LINES


def test_spelled_for_other_engines_in_duckdb():
    sql = "SELECT nullif(regexp_extract($1, %s, 1), '')" % quoted(PORTABLE_REGEX)
    with duckdb.connect() as connection:
        assert {line: connection.execute(sql, [line]).fetchone()[0] for line in LINES} == LINES


def test_as_it_is_written_duckdb_would_read_other_things():
    # Why there is a spelling at all: RE2's $ and \\s are not PCRE's.
    verbatim = seed.REGEX.replace("(?P<package_name>", "(")
    sql = "SELECT nullif(regexp_extract($1, %s, 1), '')" % quoted(verbatim)
    with duckdb.connect() as connection:
        differ = [line for line in LINES if connection.execute(sql, [line]).fetchone()[0] != LINES[line]]
    assert differ == ["pip install zzlisted\n", "pip\x0binstall\x0bzzlisted"]
