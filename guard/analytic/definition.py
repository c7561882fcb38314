"""The search as one SQL query, in DuckDB's dialect; other engines get it translated (sqlglot), never written twice.

It reads two tables: ``events`` (``FIELDS``, all text, and ``_time`` in seconds) and the lookup (the columns of
``lookup.Key``). It gives one row per combination of the BY fields: the seed's columns in their order, then EXTRA.
Each step names the lines of the published search it stands for.
"""

from . import seed
from .fields import FIELDS, TIME, UNREAD
from .lookup import EXACT, PROJECT, RELEASE, WILDCARD, fold, pattern

EVENTS = "events"
UNDATED = "SELECT COUNT(*) AS hits FROM events WHERE _time IS NULL"  # those that no window holds
EVENT_COLUMNS = {TIME: "DOUBLE", **{field: "VARCHAR" for field in (*FIELDS, UNREAD)}}
LOOKUP_COLUMNS = {
    "position": "BIGINT", "kind": "VARCHAR", "key": "VARCHAR", "comment": "VARCHAR", "package_official_url": "VARCHAR",
}  # fmt: skip
# What the table leaves out and the notable and the risk event need: behind the table's columns.
EXTRA = ("hits", "first_seen", "last_seen", "user")

# PCRE's reading of the regex, spelled so that RE2 (DuckDB) and Java (Spark) read it alike: their \s, their $ and their
# group names differ from PCRE's, and so does the letter ſ, which is an s to (?i) in PCRE and RE2 and none to Java.
_SPACE = r"\t\n\x0B\f\r "
PORTABLE_REGEX = (
    seed.REGEX[: -len("$")]
    .replace(r"[^\s\"']", "[^%s\"']" % _SPACE)
    .replace(r"\s", "[%s]" % _SPACE)
    .replace("(?P<package_name>", "(")
    .replace("install", "in[sſ]tall")
    + r"\n?\z"
)
# The project and the release that an extracted text names: Reqeusts[x]==1.0 -> reqeusts, 1
_PROJECT = r"LOWER(REGEXP_REPLACE(REGEXP_EXTRACT(package_name, '^[A-Za-z0-9._-]+', 0), '[-_.]+', '-', 'g'))"
_RELEASE = r"REGEXP_REPLACE(LOWER(REGEXP_EXTRACT(package_name, '===?\s*[vV]?([^,;=\s]+)$', 1)), '([.]0)+$', '')"


def query(regex=True, words=True, earliest=None, latest=None, exclusions=()):
    """The query.

    regex       take package_name from the arguments; False: only as the event carries it (``deep`` puts it there)
    words       ask for the filter's words in the arguments
    earliest    seconds since 1970, inclusive; latest: exclusive; None: open
    exclusions  the operator's own filter, as ``exclusion.read`` gives it
    """
    flows = [_any("dest_hostname", seed.HOSTS)]
    if words:
        pairs = [" AND ".join(like("process_arguments", word) for word in pair) for pair in seed.WORDS]
        flows.append(" OR ".join("(%s)" % pair for pair in pairs))
    if earliest is not None:
        flows.append("_time >= %r" % float(earliest))
    if latest is not None:
        flows.append("_time < %r" % float(latest))
    name = "NULLIF(REGEXP_EXTRACT(process_arguments, %s, 1), '')" % quoted(PORTABLE_REGEX)
    tests, dropped = _exclusions(exclusions)
    carried = [field for field in FIELDS if field != "package_name"]
    return _QUERY % {
        "flows": "\n    AND ".join("(%s)" % condition for condition in flows),
        "carried": ", ".join(carried),
        "name": "COALESCE(%s, package_name)" % name if regex else "package_name",
        "project": _PROJECT,
        "release": _RELEASE,
        "lowered": folded("package_name"),
        "lookup": seed.LOOKUP,
        "matches": "\n  UNION ALL\n".join(_MATCH % (seed.LOOKUP, kind, how) for kind, how in _HOW.items()),
        "fields": ", ".join("e." + field for field in carried if field not in seed.LOOKUP_GIVES),
        "present": " AND ".join("%s IS NOT NULL" % field for field in seed.BY if field != "comment"),
        "by": ", ".join(seed.BY),
        "values": ",\n    ".join(_values(*each) for each in {**seed.VALUES, "user": "user"}.items()),
        "tests": "".join(",\n    " + test for test in tests),
        "first": _written("first_seen"),
        "last": _written("last_seen"),
        "columns": ", ".join(seed.COLUMNS + EXTRA),
        "kept": "\n  AND ".join(dropped) or "TRUE",
    }


def row(columns, values):
    """One row of the query's result as a dict; what holds several values is a list (engines differ on an empty one)."""
    found = dict(zip(columns, values))
    for column in (*seed.VALUES.values(), "user"):
        if column in found:
            found[column] = list(found[column] or ())
    return found


def translate(sql, engine):
    """The query in another engine's dialect, as sqlglot names it."""
    import sqlglot

    return sqlglot.transpile(sql, read="duckdb", write=engine, pretty=True)[0]


def quoted(text):
    """A text as a SQL literal."""
    return "'%s'" % text.replace("'", "''")


def like(field, wildcard):
    """SQL: whether a field fits a pattern in which `*` stands for anything, upper and lower case being one."""
    return "%s LIKE %s ESCAPE '!'" % (folded(field), quoted(pattern(fold(wildcard))))


def folded(field):
    """SQL: a field with upper and lower case made one, by lower case.

    Two letters are spelled out, since DuckDB, Java and Python lower them differently: İ (to i, or to i and a dot) and Σ
    (to ς at the end of a word, or not).
    """
    return "LOWER(REPLACE(TRANSLATE(%s, 'Σς', 'σσ'), 'İ', 'i̇'))" % field


def _any(field, wildcards):
    return " OR ".join(like(field, wildcard) for wildcard in wildcards)


def _values(field, name):
    return "LIST_SORT(LIST_DISTINCT(LIST(%s) FILTER (WHERE %s IS NOT NULL))) AS %s" % (field, field, name)


def _written(seconds):
    moment = "TO_TIMESTAMP(CAST(FLOOR(%s) AS BIGINT))" % seconds
    day, clock = seed.TIME_FORMAT.split("T")
    return "STRFTIME(%s, '%s') || 'T' || STRFTIME(%s, '%s')" % (moment, day, moment, clock)


def _exclusions(conditions):
    """The operator's filter as aggregates over a row's events (any value may fit) and the conditions on them."""
    tests, dropped = [], []
    fields = {name: field for field, name in seed.VALUES.items()}
    for terms in conditions:
        names = []
        for column, wildcard in terms:
            if column in ("firstTime", "lastTime"):
                names.append("COALESCE(%s, FALSE)" % like(column, wildcard))  # an event without a clock fits none
                continue
            names.append("test_%d" % len(tests))
            fits = like(fields.get(column, column), wildcard)
            tests.append("BOOL_OR(COALESCE(%s, FALSE)) AS %s" % (fits, names[-1]))
        dropped.append("NOT (%s)" % " AND ".join(names))
    return tests, dropped


# How each kind of key meets a name. All but one are plain joins, so a long list of whole names is no slower.
_HOW = {
    WILDCARD: "n.lowered LIKE l.key ESCAPE '!'",
    EXACT: "n.lowered = l.key",
    PROJECT: "n.project = l.key",
    RELEASE: "n.project || '==' || n.release = l.key",
}
_MATCH = """\
  SELECT n.package_name, l.position FROM names AS n JOIN %s AS l ON l.kind = '%s' AND %s"""
_QUERY = """\
WITH flows AS (  -- lines 1 to 7: the filter; the schedule's window
  SELECT _time, package_name, %(carried)s
  FROM events
  WHERE %(flows)s
), named AS (  -- line 9: rex leaves the package_name an event carries where it finds none
  SELECT _time, %(name)s AS package_name, %(carried)s
  FROM flows
), names AS (
  SELECT DISTINCT package_name, %(lowered)s AS lowered, %(project)s AS project, %(release)s AS release
  FROM named
  WHERE package_name IS NOT NULL
), matches AS (  -- line 14: as a pattern, whole, or by the project or the release that is named
%(matches)s
), firsts AS (  -- the first row of the lookup that matches
  SELECT package_name, MIN(position) AS position FROM matches GROUP BY package_name
), looked AS (  -- line 16: OUTPUTNEW keeps what the event has
  SELECT e._time, e.package_name, %(fields)s,
    COALESCE(e.comment, l.comment) AS comment,
    COALESCE(e.package_official_url, l.package_official_url) AS package_official_url
  FROM named AS e
  LEFT JOIN firsts AS f ON f.package_name = e.package_name
  LEFT JOIN %(lookup)s AS l ON l.position = f.position
), listed AS (  -- line 18, and what stats does to an event without one of its BY fields
  SELECT * FROM looked
  WHERE comment IS NOT NULL AND %(present)s
), counted AS (  -- lines 20 to 30; values() is the sorted set of distinct values
  SELECT %(by)s,
    COUNT(*) AS hits, MIN(_time) AS first_seen, MAX(_time) AS last_seen,
    %(values)s%(tests)s
  FROM listed
  GROUP BY %(by)s
), told AS (  -- lines 32 and 34: the macro security_content_ctime, in UTC
  SELECT *, %(first)s AS firstTime, %(last)s AS lastTime
  FROM counted
)
SELECT %(columns)s  -- lines 36 to 39
FROM told
WHERE %(kept)s  -- line 41: the operator's own filter
ORDER BY %(by)s
"""
