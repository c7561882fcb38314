"""The search on one machine: DuckDB scans JSON lines for those that could match, then answers the query.

Hits are few, so a line is taken apart only where its text holds a host and a word of the filter; DuckDB has still
parsed every line, so none that is broken goes uncounted. Other forms are read by ``inputs``. Both write the events that
could match to one file on disk, which the query reads: memory does not grow with the input.
"""

import json
import os
import tempfile

from guard.core.errors import UsageError

from . import definition, inputs
from .fields import BadLine
from .lines import ESCAPE, SEARCH, read_line
from .refused import Refused
from .seed import LOOKUP

MEMORY = "512MB"  # for DuckDB; what does not fit goes to disk
_BATCH = 64  # files scanned in one query
_ROWS = 1000  # lines fetched at a time
# A line that is no JSON comes as NULL.
_SCAN = """\
SELECT json, filename FROM read_json_objects([%s], format = 'newline_delimited', compression = '%s', filename = true,
  ignore_errors = true, maximum_object_size = %d)
WHERE json IS NULL OR NOT starts_with(json, '{') OR contains(json, '%s')
  OR (regexp_matches(json, %s) AND regexp_matches(json, %s))"""


class Hunt:
    """One hunt: ``add`` files, ``load``, then ask ``rows``. A context: it holds a folder on disk."""

    def __init__(self, tally, wanted=SEARCH):
        """``tally``: an inputs.Tally, for what is no event; ``wanted``: a lines.Wanted, what is worth reading."""
        try:
            import duckdb
        except ImportError:
            raise UsageError("hunting needs DuckDB", "sh installer/install.sh --with hunt") from None
        self._failure = duckdb.Error
        self._tally = tally
        self._wanted = wanted
        self._folder = tempfile.TemporaryDirectory(prefix="guard-hunt-")
        self._out = open(os.path.join(self._folder.name, "events.json"), "w+", encoding="ascii")  # noqa: SIM115
        self._duckdb = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": self._folder.name})
        self._duckdb.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
        self._duckdb.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")  # counted, unseen
        self._size = self._scanned = self._scanning = 0  # bytes of the files: all, done by DuckDB, in its hands now

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._out.close()
        self._duckdb.close()
        self._folder.cleanup()

    def add(self, paths):
        """Read files (``-`` is standard input). What is no event goes to the tally; nothing is raised for it."""
        plain = {}
        known = all(map(inputs.again, paths))
        self._size = sum(map(os.path.getsize, paths)) if known else 0
        for path in paths:
            if not inputs.again(path):
                self._read(path, None)
                continue
            kind, compression = inputs.kind_of(path, self._tally)
            # DuckDB would take a name with one of these letters for a pattern.
            if kind == inputs.JSON_LINES and not set(path).intersection("*?[]{}"):
                plain.setdefault(compression, []).append(path)
            elif kind != inputs.NOTHING:
                self._read(path, kind)
        for compression, found in plain.items():
            for start in range(0, len(found), _BATCH):
                self._scan(found[start : start + _BATCH], compression)

    def progress(self):
        """Percent of the input that was read so far; None where its size is not known (standard input, a pipe)."""
        if not self._size:
            return None
        scanning = self._scanning * max(self._duckdb.query_progress(), 0) / 100
        return min(100 * (self._tally.read + self._scanned + scanning) / self._size, 100)

    def load(self, keys, spread=None):
        """Set the lookup (Keys) and the events: those added, or what ``spread`` (event -> events) makes of them."""
        rows = (dict(zip(definition.LOOKUP_COLUMNS, key)) for key in keys)
        self._load(LOOKUP, definition.LOOKUP_COLUMNS, self._written("lookup", rows))
        self._out.flush()
        path = self._out.name
        if spread:
            with open(path, encoding="ascii") as added:
                path = self._written("spread", (event for line in added for event in spread(json.loads(line))))
        self._load(definition.EVENTS, definition.EVENT_COLUMNS, path)

    def rows(self, sql):
        """The rows of a query (``definition.query``) as dicts; what holds several values is a list."""
        found = self._duckdb.execute(sql)
        columns = [column[0] for column in found.description]
        return [definition.row(columns, values) for values in found.fetchall()]

    def _written(self, name, rows):
        """A file of rows: DuckDB reads one a thousand times faster than it takes values one by one."""
        path = os.path.join(self._folder.name, name + ".json")
        with open(path, "w", encoding="ascii") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
        return path

    def _load(self, name, columns, path):
        self._duckdb.execute(
            "CREATE OR REPLACE TABLE %s AS SELECT * FROM read_json(%s, format = 'newline_delimited', columns = {%s}, "
            "maximum_object_size = %d)"
            % (name, definition.quoted(path), ", ".join("%s: '%s'" % each for each in columns.items()), inputs.LONGEST)
        )

    def _scan(self, paths, compression):
        """Let DuckDB find the lines that could match in files of JSON lines; what it refuses is looked at once more."""
        mark = self._out.tell()
        self._scanning = sum(map(os.path.getsize, paths))
        refused = {path: Refused(path) for path in paths}
        try:
            self._scan_all(paths, compression, refused)
        except self._failure:
            self._scanning = 0
            self._out.seek(mark)
            self._out.truncate()
            if len(paths) == 1:  # cut short, or changed under us: read it line by line as far as it goes
                self._read(paths[0], inputs.LINES)
            else:
                for path in paths:
                    self._scan([path], compression)
            return
        self._scanned, self._scanning = self._scanned + self._scanning, 0
        for each in refused.values():
            self._take(each.recover(self._tally, self._wanted))

    def _scan_all(self, paths, compression, refused):
        files = ", ".join(definition.quoted(path) for path in paths)
        patterns = map(definition.quoted, self._wanted.patterns)
        found = self._duckdb.execute(_SCAN % (files, compression, inputs.LONGEST, ESCAPE, *patterns))
        for lines in iter(lambda: found.fetchmany(_ROWS), []):
            for line, path in lines:
                try:
                    if line is None:
                        raise BadLine
                    self._take(read_line(line.encode()))
                except BadLine:
                    refused[path].count += 1

    def _read(self, path, kind):
        self._take(inputs.events(path, self._tally, self._wanted, kind))

    def _take(self, events):
        self._out.writelines(json.dumps(event) + "\n" for event in events)
