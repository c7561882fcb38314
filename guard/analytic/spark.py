"""The search on a cluster: the same query, translated, over whatever Spark reads; for what one machine cannot hold.

Spark's own scan finds the lines that could match; those few are taken apart by the functions that do it on one machine
(``lines``), which travel to the workers as a zip. Lines are judged as they are there, with one exception: a line that
neither could match nor looks cut is not parsed, so a mistake inside it is not counted.
"""

import os
import re
import sys
import tempfile
import zipfile
from urllib.parse import unquote

from guard.core.errors import BadData, UsageError

from . import definition
from .fields import BadLine
from .inputs import UNREADABLE
from .lines import ESCAPE, SEARCH, read_line
from .seed import LOOKUP

# How Spark says that an input is not there, and which file it could not read.
_ABSENT = re.compile(r"\[(PATH_NOT_FOUND|TABLE_OR_VIEW_NOT_FOUND)\]")
_DAMAGED = re.compile(r"\[FAILED_READ_FILE[^]]*\] Encountered error while reading file (\S+?)\.\s")
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
            raise UsageError("hunting on Spark needs PySpark", "sh installer/install.sh --with spark") from None
        self._tally, self._wanted = tally, wanted
        self._parsed = []
        self._folder = tempfile.TemporaryDirectory(prefix="guard-hunt-")
        builder = SparkSession.builder.appName("guard hunt").config("spark.sql.session.timeZone", "UTC")
        if master:
            builder = builder.master(master)
        if (master or "local").startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.ui.enabled", "false")
        try:
            self._spark = builder.config("spark.ui.showConsoleProgress", sys.stderr.isatty()).getOrCreate()
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
        """Read inputs: paths and URLs of logs (lines, gzip or not), of CSV, Parquet or ORC; ``table:NAME``.

        What is no event, and what cannot be read, goes to the tally. UsageError for an input that is not there.
        """
        tabular = [path for path in paths if path.startswith(_TABLE) or path.lower().endswith(_TABULAR)]
        logs = [path for path in paths if path not in tabular]
        for group in (*([path] for path in tabular), *([logs] if logs else [])):
            self._add(group)

    def _add(self, paths, tolerant=False):
        """Read inputs of one form; ``tolerant``: a damaged file as far as it goes."""
        frame = None
        try:
            frame = self._frame(paths, tolerant)
            parsed = self._parse(frame)
            mistakes = parsed.where("_reason IS NOT NULL").select("_path", "_reason").collect()
        except Exception as error:  # a worker's comes as Java's, under no name of its own
            self._failed(paths, tolerant, frame, str(error))
            return
        for row in mistakes:
            self._tally.skip(row._path, 0, row._reason)
        self._parsed.append(parsed)

    def _failed(self, paths, tolerant, frame, error):
        """Read the file that could not be read as far as it goes, and the others without it."""
        if _ABSENT.search(error):
            raise UsageError("%s: there is no such file or table" % ", ".join(paths))
        damaged = _DAMAGED.search(error)
        if tolerant or not damaged:
            self._tally.skip(", ".join(paths), 0, "%s: %s" % (UNREADABLE, error.splitlines()[0]))
            return
        self._tally.skip(damaged.group(1), 0, "damaged, or cut short")
        if frame is None:  # nothing says which files there are beside it
            self._add(paths, tolerant=True)
            return
        self._add([unquote(damaged.group(1))], tolerant=True)
        rest = [unquote(path) for path in frame.inputFiles() if path != damaged.group(1)]
        if rest:
            self._add(rest)

    def _frame(self, paths, tolerant):
        """The records of inputs, as lines with the path they are from."""
        read = self._spark.read.option("ignoreCorruptFiles", tolerant)
        path = paths[0]
        if path.startswith(_TABLE):
            frame = self._spark.table(path[len(_TABLE) :])
        elif path.lower().endswith(".csv"):
            frame = read.csv(paths, header=True, multiLine=True, quote='"', escape='"')
        elif path.lower().endswith(_TABULAR):
            frame = read.format(path.rpartition(".")[2].lower()).load(paths)
        else:
            return read.text(paths, lineSep="\n").selectExpr("value", "input_file_name() AS path")
        return frame.selectExpr("to_json(struct(*)) AS value", "%s AS path" % definition.quoted(path))

    def _parse(self, frame):
        host, word = map(_literal, self._wanted.patterns)
        could = "contains(value, %s) OR (value RLIKE %s AND value RLIKE %s)" % (_literal(ESCAPE), host, word)
        suspects = frame.where("trim(value) <> '' AND ((%s) OR NOT %s)" % (could, _WHOLE))
        # As bytes: a line that is not UTF-8 must reach its judge as it is.
        rows = suspects.selectExpr("CAST(value AS BINARY) AS line", "path").rdd.mapPartitions(_read)
        return self._spark.createDataFrame(rows, _schema(_PARSED)).persist()

    def load(self, keys, spread=None):
        """Set the lookup and the events, as ``duck.Hunt.load`` does."""
        schema = _schema(definition.LOOKUP_COLUMNS)
        self._spark.createDataFrame([tuple(key) for key in keys], schema).createOrReplaceTempView(LOOKUP)
        events = self._spark.createDataFrame([], _schema(_PARSED))
        for frame in self._parsed:
            events = events.unionAll(frame)
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
                answer.write.format(form(where)).save(where)
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


def form(where):
    """The form that a place to write to stands for: ``table``, ``json``, ``parquet`` or ``orc``. Raises UsageError."""
    found = "table" if where.startswith(_TABLE) else where.rpartition(".")[2].lower()
    if found not in ("table", "json", "parquet", "orc"):
        raise UsageError("%s: write to a path that ends in .json, .parquet or .orc, or to table:NAME" % where)
    return found


def _literal(text):
    return "'%s'" % text.replace("\\", "\\\\").replace("'", "\\'")


def _packed(folder):
    """guard as a zip in ``folder``, for workers on which it is not installed."""
    import guard

    path = os.path.join(folder, os.path.basename(folder) + ".zip")  # a session that is shared takes no name twice
    root = os.path.dirname(os.path.abspath(guard.__file__))
    with zipfile.ZipFile(path, "w") as packed:
        for at, _, names in os.walk(root):
            for name in names:
                if name.endswith(".py"):
                    file = os.path.join(at, name)
                    packed.write(file, os.path.relpath(file, os.path.dirname(root)))
    return path
