"""The definition in the languages it is printed in."""

import pathlib
import re

import duckdb
import pytest
import sqlglot

from guard.analytic import definition, lookup, seed, sigma, splunk

from .conftest import ROWS

SEED = (pathlib.Path(__file__).parent / "seed_search.txt").read_text()


def published():
    """The seed's search without the numbers of its lines and without the breaks that a web page put into the regex."""
    text = " ".join(re.sub(r"^\d+", "", line).strip() for line in SEED.splitlines())
    return text.replace("(?:pip |poetry)[^ |]", "(?:pip|poetry)[^|]").replace("(?:install |add)", "(?:install|add)")


def test_splunk_is_the_seeds_search_word_for_word():
    assert splunk.search().split() == published().split()


def test_splunk_with_a_window_and_an_own_filter():
    search = splunk.search("-70m@m", "-10m@m", [[("src", "10.*"), ("process_path", 'C:\\a "b"')]])
    assert search.splitlines()[0] == "`%s` earliest=-70m@m latest=-10m@m" % seed.MACRO
    assert search.splitlines()[-2:] == [
        r'| search NOT (src="10.*" process_path="C:\\a \"b\"")',
        "| `%s`" % seed.FILTER_MACRO,
    ]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_sql_parses_in_the_dialect_it_is_printed_in(engine):
    sql = definition.query(earliest=1, latest=2, exclusions=[[("src", "10.*")]])
    statement = sqlglot.parse_one(definition.translate(sql, engine), read=engine)
    assert [column.alias_or_name for column in statement.selects] == [*seed.COLUMNS, *definition.EXTRA]


def test_sigma_finds_what_the_regex_finds(tmp_path):
    yaml = pytest.importorskip("yaml")
    rule = yaml.safe_load(sigma.rule(lookup.keys_of(ROWS)))
    assert rule["title"] == seed.NAME
    assert rule["tags"] == ["attack.execution", "attack.t1059"]
    assert rule["detection"]["host"] == {
        "dest_hostname|endswith": [".pythonhosted.org", "pypi.org", "python-poetry.org"]
    }
    assert rule["detection"]["words1"] == {"process_arguments|contains|all": ["pip", "install"]}
    expressions = rule["detection"]["package"]["process_arguments|re|i"]
    with duckdb.connect() as connection:
        for line, found in (
            ("pip install zzlisted==1", 0),
            ("pip install x-zzother", 1),
            ("pip install zzlisted -U", None),
        ):
            told = [
                connection.execute("SELECT regexp_matches($1, $2, 'i')", [line, e]).fetchone()[0] for e in expressions
            ]
            assert (told.index(True) if True in told else None) == found


def test_sigma_by_its_own_parser():
    collection = pytest.importorskip("sigma.collection")
    for keys in (None, lookup.keys_of(ROWS)):
        parsed = collection.SigmaCollection.from_yaml(sigma.rule(keys))
        assert not parsed.errors and len(parsed.rules) == 1
