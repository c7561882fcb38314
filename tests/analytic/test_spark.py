"""The same definition on Spark: the same rows as on one machine, the same reading of the regex, the same skipping.

The default run starts one small session; the long run starts a cluster of two worker processes.
"""

import gzip
import json
import os
import shutil

import pytest

from guard.analytic import deep, duck, exclusion, inputs, lookup
from guard.analytic.definition import PORTABLE_REGEX, query
from guard.core.errors import UsageError

from . import oracle
from .conftest import ROWS, event, v1
from .regex_lines import LINES
from .test_oracle import drawn, table

pytest.importorskip("pyspark")
from guard.analytic import spark

pytestmark = pytest.mark.skipif(
    not (os.environ.get("JAVA_HOME") or shutil.which("java")), reason="no Java here, which Spark needs"
)


def events():
    """Events with something of everything that the two engines could read differently."""
    several = [
        event(pid=str(n), fss=str(1784017700 + n), dp=str(n % 3), mnl=None if n % 2 else "b.so") for n in range(20)
    ]
    odd = [
        event(pid="a", parg="pip install ZZlisted\n"), event(pid="b", parg="pip\x0binstall\x0bzzlisted"),
        event(pid="c", parg="-m pip install x zzother", package_name="zzother"), event(pid="d", dh="PYPI.org"),
        event(pid="e", comment="said before"), event(pid="f", mnl=None, mhl=None, aliul=None, pparg=None),
        event(pid="g", fss=None, fsms="1784017733999"), event(pid="h", fss="?"), event(pid="i", sa=""),
        event(pid="j", parg='pip install a"b\\c zzlisted'), event(pid="k", parg="pip install zz\u00e4zzlisted"),
        *(event(pid="l", mnl=text) for text in ("\u00e4", "z", "\U0001f40d", "\uffee")),
        event(pid="m", parg="pip install -U zzlisted zzother"), event(pid="n", src="10.9.9.9"),
    ]  # fmt: skip
    return several + [event(pid="same", **{key: value}) for key, value in (("dp", "1"), ("ph", "x"), ("pa", "u"))] + odd


BROKEN = [
    b'{"dh": "pypi.org", "parg": "pip inst',
    b'{"dh": "pypi.org", "parg": "pip \xff"}',
    b"hello",
    b'{"dh": "pypi.org", "dh": "pypi.org", "parg": "pip"}',
]


def compare(tmp_path, master, more):
    lines = [json.dumps(each).encode() for each in events()] + [v1(event(pid="v1", ppath="C:\\x\\")).encode()] + BROKEN
    (tmp_path / "plain.log").write_bytes(b"\n".join(lines))
    (tmp_path / "packed.gz").write_bytes(gzip.compress(json.dumps(event(pid="packed")).encode() + b"\r\n"))
    paths = [str(tmp_path / "plain.log"), str(tmp_path / "packed.gz")]
    (tmp_path / "own").write_text("src=10.9.* package_name=zz*\nmodule_name_list=B.so process_id=2\nfirstTime=2030*\n")
    exclusions = exclusion.read(tmp_path / "own")
    keys = [
        *lookup.keys_of(ROWS),
        lookup.Key(2, lookup.PROJECT, "zz", "c", "u"),
        lookup.Key(3, lookup.EXACT, "zz", "c", "u"),
    ]
    told = []
    for hunt in (duck.Hunt(inputs.Tally(), deep.WANTED), spark.Hunt(inputs.Tally(), deep.WANTED, master)):
        with hunt:
            hunt.add(paths)
            hunt.load(keys)
            told.append([hunt.rows(query(exclusions=exclusions)), hunt._tally.counts])
            if more:
                told[-1].append(hunt.rows(query(earliest=1784017705, latest=1784017710)))
                hunt.load(deep.whole_names(keys), deep.spread)
                told[-1] += [hunt.rows(query(False, False)), hunt.rows(deep.unread_query())]
            if isinstance(hunt, spark.Hunt):
                assert regex(hunt) == LINES
                if more:
                    assert written(hunt, tmp_path) == (len(told[0][3]), len(told[0][3]))
                rows_of_the_spl(tmp_path, range(1000, 1006) if more else (1000,), master)
                broken_files(tmp_path, master)
    here, there = told
    assert len(here[0]) > 30 and sum(here[1].values()) == len(BROKEN)
    assert here == there


def rows_of_the_spl(tmp_path, numbers, master):
    """In the session that is open: random logs beside the plain reading of the search."""
    for number in numbers:
        path, lines, rows, conditions = drawn(number, tmp_path, count=400)
        hunt = spark.Hunt(inputs.Tally(), master=master)
        hunt.add([path])
        hunt.load(lookup.keys_of(rows))
        expected = oracle.search(lines, rows, conditions)
        assert expected and table(hunt.rows(query(exclusions=conditions))) == expected


def broken_files(tmp_path, master):
    """In the session that is open: what cannot be read is told, and the rest is read; what is not there is refused."""
    packed = gzip.compress(
        b"".join(json.dumps(event(pid=str(n), ph=os.urandom(32).hex())).encode() + b"\n" for n in range(900))
    )
    (tmp_path / "cut 1.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "no.parquet").write_bytes(b"PAR1 nonsense")
    (tmp_path / "whole").write_text(json.dumps(event(pid="whole")))
    tally = inputs.Tally()
    hunt = spark.Hunt(tally, master=master)
    hunt.add([str(tmp_path / name) for name in ("cut 1.gz", "no.parquet", "whole")])
    hunt.load(lookup.keys_of(ROWS))
    rows = [row["process_id"] for row in hunt.rows(query())]
    assert "0" in rows and "whole" in rows and 100 < len(rows) < 900
    files = [(name.rpartition("/")[2], reason.partition(":")[0]) for name, _, reason in tally.examples]
    assert files[:2] == [("no.parquet", "damaged, or cut short"), ("no.parquet", "cannot be read")]
    assert files[2] == ("cut%201.gz", "damaged, or cut short") and len(files) <= 4  # and the line it was cut in
    for path in (str(tmp_path / "nosuch.json"), "table:nosuch"):
        with pytest.raises(UsageError, match="no such file or table"):
            hunt.add([path])


def regex(hunt):
    frame = hunt._spark.createDataFrame([(line,) for line in LINES], "line STRING")
    frame.createOrReplaceTempView("lines")
    expression = PORTABLE_REGEX.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    rows = hunt._spark.sql("SELECT line, nullif(regexp_extract(line, '%s', 1), '') AS name FROM lines" % expression)
    return {row.line: row.name for row in rows.collect()}


def written(hunt, tmp_path):
    where = str(tmp_path / "rows.parquet")
    return hunt.write(query(False, False), where), hunt._spark.read.parquet(where).count()


def test_the_same_rows(tmp_path, monkeypatch):
    # A session this short is over before what Java's second compiler makes pays for itself.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    compare(tmp_path, "local[2]", more=False)


@pytest.mark.long
def test_the_same_rows_on_a_cluster_of_two(tmp_path, monkeypatch):
    import pyspark

    monkeypatch.setenv("SPARK_HOME", os.path.dirname(pyspark.__file__))
    compare(tmp_path, "local-cluster[2,1,1024]", more=True)


@pytest.mark.long
def test_tables_of_the_cluster(tmp_path, monkeypatch):
    found = []
    monkeypatch.chdir(tmp_path)  # where Spark would put its tables
    for name in ("export.csv", "events.parquet", "events.orc", "table:events"):
        with spark.Hunt(inputs.Tally(), master="local[2]") as hunt:
            frame = hunt._spark.createDataFrame(
                [event(pid="1"), event(pid="2", parg='-c "x,\ny" pip install zzlisted')]
            )
            writer = frame.write.option("header", True).option("quote", '"').option("escape", '"')
            path = name
            if name.startswith("table:"):
                writer.saveAsTable("events")
            else:
                path = str(tmp_path / name)
                writer.format(name.rpartition(".")[2]).save(path)
            hunt.add([path])
            hunt.load(lookup.keys_of(ROWS))
            found.append([row["process_id"] for row in hunt.rows(query())])
            for where in (str(tmp_path / name) + ".json", "table:found"):
                assert hunt.write(query(), where) == 2
            assert hunt._spark.read.json(str(tmp_path / name) + ".json").count() == 2
            assert hunt._spark.table("found").count() == 2
            hunt._spark.sql("DROP TABLE found")
    assert found == [["1", "2"]] * 4
