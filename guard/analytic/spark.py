"""The search on a cluster: the same query, translated, over whatever Spark reads; for what one machine cannot hold.

Spark's own scan finds the lines that could match; those few are taken apart by the functions that do it on one machine
(``lines``), which travel to the workers as a zip. Lines are judged as they are there, with one exception: a line that
neither could match nor looks cut is not parsed, so a mistake inside it is not counted.
"""

import os
import sys
import tempfile
import zipfile

from guard.core.errors import BadData, UsageError

from . import definition
from .fields import BadLine
from .lines import ESCAPE, SEARCH, read_line
from .seed import LOOKUP

_TABLE = "table:"  # before the name of a table of the cluster's, instead of a path
_TABULAR = (".csv", ".parquet", ".orc")
_PARSED = {**definition.EVENT_COLUMNS, "_path": "VARCHAR", "_reason": "VARCHAR"}
# Lines that are whole by their looks: {…} or fv="…".
_WHOLE = """(trim(value) LIKE '{%}' OR (value LIKE '%fv="%' AND trim(value) LIKE '%"'))"""


class Hunt:
    """A hunt on Spark, as ``duck.Hunt`` is one on DuckDB: ``add`` inputs, ``load``, ask ``rows`` or ``write`` them."""

    def __init__(self, tally, wanted=SEARCH, master=None):
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise UsageError("hunting on Spark needs PySpark", "pip install 'typoguard[spark]'") from None
        self._tally, self._wanted = tally, wanted
        self._parsed = []
        self._told = False
        self._folder = tempfile.TemporaryDirectory(prefix="guard-hunt-")
        builder = SparkSession.builder.appName("guard hunt").config("spark.sql.session.timeZone", "UTC")
        if master:
            builder = builder.master(master)
        if (master or "local").startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.ui.enabled", "false")
        try:
            self._spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
        except Exception as error:  # no Java, no such master: PySpark has no one error for it
            raise UsageError("Spark does not start: %s" % str(error).splitlines()[0], "it needs Java 17") from None
        self._spark.sparkContext.setLogLevel("ERROR")
        self._spark.sparkContext.addPyFile(_packed(self._folder.name))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._spark.stop()
        self._folder.cleanup()

    def add(self, paths):
        """Take inputs: paths and URLs of logs (lines, gzip or not), of CSV, Parquet or ORC; ``table:NAME``."""
        tabular = [path for path in paths if path.startswith(_TABLE) or path.lower().endswith(_TABULAR)]
        logs = [path for path in paths if path not in tabular]
        frames = [self._records(path) for path in tabular]
        if logs:
            frames.append(self._spark.read.text(logs, lineSep="\n").selectExpr("value", "input_file_name() AS path"))
        for frame in frames:
            self._parsed.append(self._parse(frame))

    def _records(self, path):
        """The records of a table as JSON lines."""
        if path.startswith(_TABLE):
            frame = self._spark.table(path[len(_TABLE) :])
        elif path.lower().endswith(".csv"):
            frame = self._spark.read.csv(path, header=True, multiLine=True, quote='"', escape='"')
        else:
            frame = self._spark.read.format(path.rpartition(".")[2].lower()).load(path)
        return frame.selectExpr("to_json(struct(*)) AS value", "%s AS path" % definition.quoted(path))

    def _parse(self, frame):
        host, word = map(_literal, self._wanted.patterns)
        could = "contains(value, %s) OR (value RLIKE %s AND value RLIKE %s)" % (_literal(ESCAPE), host, word)
        suspects = frame.where("trim(value) <> '' AND ((%s) OR NOT %s)" % (could, _WHOLE))
        # As bytes: a line that is not UTF-8 must reach its judge as it is.
        rows = suspects.selectExpr("CAST(value AS BINARY) AS line", "path").rdd.mapPartitions(_read)
        return self._spark.createDataFrame(rows, _schema(_PARSED)).persist()

    def load(self, keys, spread=None):
        """Set the lookup and the events, as ``duck.Hunt.load`` does, and tell the tally what was no event."""
        schema = _schema(definition.LOOKUP_COLUMNS)
        self._spark.createDataFrame([tuple(key) for key in keys], schema).createOrReplaceTempView(LOOKUP)
        events = self._parsed[0]
        for frame in self._parsed[1:]:
            events = events.unionAll(frame)
        if not self._told:
            self._told = True
            for row in events.where("_reason IS NOT NULL").select("_path", "_reason").collect():
                self._tally.skip(row._path, 0, row._reason)
        events = events.where("_reason IS NULL").select(*definition.EVENT_COLUMNS)
        if spread:
            rows = events.rdd.mapPartitions(_spreader(spread))
            events = self._spark.createDataFrame(rows, _schema(definition.EVENT_COLUMNS)).persist()
        events.createOrReplaceTempView(definition.EVENTS)

    def rows(self, sql):
        """The rows of a query (``definition.query``) as dicts."""
        return [definition.row(row.__fields__, row) for row in self._answer(sql).collect()]

    def write(self, sql, where):
        """Write the rows on the cluster, to a path (``.json``, ``.parquet``, ``.orc``) or ``table:NAME``; count."""
        answer = self._answer(sql).persist()
        try:
            if where.startswith(_TABLE):
                answer.write.saveAsTable(where[len(_TABLE) :])
            else:
                answer.write.format(_form(where)).save(where)
        except Exception as error:
            raise BadData("cannot write %s: %s" % (where, str(error).splitlines()[0])) from None
        return answer.count()

    def _answer(self, sql):
        return self._spark.sql(definition.translate(sql, "spark"))


def _schema(columns):
    return ", ".join("%s %s" % column for column in columns.items()).replace("VARCHAR", "STRING")


def _read(rows):
    """What workers run over a partition of (line, path): its events and, where there is none, the reason."""
    for line, path in rows:
        try:
            for event in read_line(bytes(line)):
                yield (*(event[field] for field in definition.EVENT_COLUMNS), None, None)
        except BadLine as error:
            yield (*(None for _ in definition.EVENT_COLUMNS), path, str(error))


def _spreader(spread):
    def run(rows):
        for row in rows:
            for event in spread(row.asDict()):
                yield tuple(event[field] for field in definition.EVENT_COLUMNS)

    return run


def _form(where):
    form = where.rpartition(".")[2].lower()
    if form not in ("json", "parquet", "orc"):
        raise UsageError("%s: write to a path that ends in .json, .parquet or .orc, or to table:NAME" % where)
    return form


def _literal(text):
    return "'%s'" % text.replace("\\", "\\\\").replace("'", "\\'")


def _packed(folder):
    """guard as a zip in ``folder``, for workers on which it is not installed."""
    import guard

    path = os.path.join(folder, "guard.zip")
    root = os.path.dirname(os.path.abspath(guard.__file__))
    with zipfile.ZipFile(path, "w") as packed:
        for at, _, names in os.walk(root):
            for name in names:
                if name.endswith(".py"):
                    file = os.path.join(at, name)
                    packed.write(file, os.path.relpath(file, os.path.dirname(root)))
    return path
