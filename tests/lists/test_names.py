"""The index's own list of all names, synced like any feed, and what the gate then calls unknown."""

import gzip
import json
import os
import pathlib
import random
import time

import pytest

from guard.core.errors import BadData
from guard.core.filter import open_filter
from guard.core.home import SYSTEM_SETTINGS
from guard.core.unlisted import KNOWN_NAMES
from guard.lists import config as settings
from guard.lists.compile import popular_names
from guard.lists.sources import names as index
from guard.lists.store import Store

from . import feeds
from .server import endless, status
from .test_sync import errors, outcome

ORDINARY = (feeds.DATA / "ordinary.txt").read_text().split()
ALL = [*popular_names(), *ORDINARY]
INVENTED = "zxqv-brand-new"
WARN = '[actions]\nunknown-name = "warn"\n'


def html(names):
    """PEP 503, as the public index writes it; a page holds names as their owners write them."""
    rows = "".join(f'    <a href="/simple/{name}/">{name.replace("-", "_").title()}</a>\n' for name in names)
    return f"<!DOCTYPE html>\n<html>\n  <body>\n{rows}  </body>\n</html>\n".encode()


def as_json(names):
    """PEP 691."""
    projects = [{"_last-serial": number, "name": name} for number, name in enumerate(names)]
    return json.dumps({"meta": {"api-version": "1.4"}, "projects": projects}).encode()


def text(names):
    return "\n".join(names).encode() + b"\n"


FORMS = {"html": html, "json": as_json, "text": text, "text.gz": lambda names: gzip.compress(text(names), 1)}


@pytest.fixture
def indexed(site, installation):
    """An installation that syncs the names of an index and nothing else."""
    site.files["simple/"] = html(ALL)
    use(installation, site.url + "simple/")
    return installation


def use(installation, url, more=""):
    off = "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in settings.PUBLIC if name != "names")
    installation.configure(f'[sync]\nca = "{installation.ca}"\nmax_bytes = 20000000\n{off}'
                           f'[sync.sources.names]\nenabled = true\nurl = "{url}"\n{WARN}{more}')  # fmt: skip


def known(installation, names):
    """Those of ``names`` that the filter in force knows; None where there is no filter."""
    found = open_filter(installation.home.known_names, KNOWN_NAMES)
    if found is None:
        return None
    try:
        return [name for name in names if name.encode() in found]
    finally:
        found.close()


def yesterday(installation):
    os.utime(installation.home.known_names, (time.time() - 86400,) * 2)


def test_off_unless_somebody_wants_it(mirror, installation):
    installation.use(mirror)
    assert "names" not in {one.source.name for one in installation.sync().outcomes}
    assert known(installation, ALL) is None


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_filter(site, installation, form):
    site.files["list"] = FORMS[form](ALL)
    use(installation, site.url + "list")
    summary = installation.sync()
    assert summary.code == 0, errors(summary)
    assert outcome(summary, "names").names == len(set(ALL))
    assert known(installation, ALL) == ALL, "a name of the index is never unknown"
    invented = [f"{INVENTED}-{n}" for n in range(20_000)]
    assert len(known(installation, invented)) <= 20, "a name that is none is known once in a thousand times at most"


def test_a_file_serves_too(installation, tmp_path):
    (tmp_path / "names.txt.gz").write_bytes(gzip.compress(text(ALL)))
    use(installation, f"file://{tmp_path}/names.txt.gz")
    assert installation.sync().code == 0 and known(installation, ALL) == ALL


def test_the_gate_tells_an_invented_name_apart(indexed):
    words = ("check", "--json", "pip", "install", INVENTED, ORDINARY[7])
    assert json.loads(indexed.run(*words).stdout)["findings"] == [], "nothing is unknown before the first sync"
    assert indexed.run("sync").returncode == 0
    (finding,) = json.loads(indexed.run(*words).stdout)["findings"]
    assert (finding["name"], finding["kind"], finding["verdict"]) == (INVENTED, "unknown-name", "warn")
    told = json.loads(indexed.run("explain", "--json", INVENTED).stdout)
    assert told["in_index"] is False
    assert json.loads(indexed.run("explain", "--json", ORDINARY[7]).stdout)["in_index"] is True


def test_the_index_is_asked_once_a_day_and_then_with_its_own_tag(site, indexed):
    indexed.sync()
    site.log.clear()
    indexed.sync()
    assert not site.log, "a moment ago"
    assert indexed.sync(only=("names",)).code == 0
    assert len(site.log) == 1 and site.log[0][1]["If-None-Match"], "a person asks: at once, and conditionally"
    yesterday(indexed)
    before = os.stat(indexed.home.known_names)
    summary = indexed.sync()
    after = os.stat(indexed.home.known_names)
    assert len(site.log) == 2 and not outcome(summary, "names").changed
    assert before.st_ino == after.st_ino and after.st_mtime > before.st_mtime


def test_it_comes_packed_in_the_form_that_is_cheapest_to_read(site, indexed):
    def negotiate(handler, data):
        assert handler.headers["Accept"].startswith("application/vnd.pypi.simple.v1+html")
        assert handler.headers["Accept-Encoding"] == "gzip"
        handler.answer(200, gzip.compress(data), {"Content-Encoding": "gzip", "ETag": 'W/"1"'})

    site.faults["simple/"] = negotiate
    summary = indexed.sync()
    assert summary.code == 0 and known(indexed, ALL) == ALL
    assert outcome(summary, "names").received < len(site.files["simple/"]) / 3


def test_check_changes_nothing(indexed):
    assert outcome(indexed.sync(check=True), "names").changed
    assert known(indexed, ALL) is None


def test_a_name_that_is_new_is_known_after_the_next_sync(site, indexed):
    indexed.sync()
    site.files["simple/"] = html([*ALL, INVENTED])
    yesterday(indexed)
    summary = indexed.sync()
    assert outcome(summary, "names").added == 1 and known(indexed, [INVENTED]) == [INVENTED]


BROKEN = {
    "an error": (status(503), 69, "503"),
    "a sign-in page": (status(200, body=b"<html><a href='/login'>login</a></html>"), 65, "1 names where it had 25000"),
    "a page that was cut": (lambda handler, data: handler.answer(200, data[:300_000]), 65, "it was cut"),
    "a list that was cut": (lambda handler, data: handler.answer(200, gzip.compress(text(ALL))[:9000]), 65, "ended before"),
    "another document": (status(200, body=b'{"releases": []}'), 65, "PEP 691"),
    "no names": (status(200, body=b"<html></html>"), 65, "no name"),
    "too large": (endless, 65, "more than the limit"),
    "half of it": (lambda handler, data: handler.answer(200, html(ALL[::2])), 65, "12500 names where it had 25000"),
    "as many others": (
        lambda handler, data: handler.answer(200, html(f"zx-{n}" for n in range(25_000))), 65, "of the 15000 most down"
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_such_list_leaves_the_old_one_in_force(site, indexed, how):
    fault, code, word = BROKEN[how]
    indexed.sync()
    before = pathlib.Path(indexed.home.known_names).read_bytes()
    site.faults["simple/"] = fault
    yesterday(indexed)
    summary = indexed.sync()
    assert summary.code == code and word in errors(summary)["names"], errors(summary)
    assert indexed.home.root not in errors(summary)["names"], "a person knows the address, not a file of guard's"
    assert pathlib.Path(indexed.home.known_names).read_bytes() == before
    lines = [json.loads(line) for line in open(indexed.home.journal) if line.strip()]
    assert lines[-1]["what"] == "list-refused" and lines[-1]["source"] == "names"


def test_the_first_list_of_all_must_know_the_popular_projects_or_a_person_accepts(site, installation):
    site.files["simple/"] = html(["acme-one", "acme-two"])
    use(installation, site.url + "simple/")
    summary = installation.sync()
    assert summary.code == 65 and known(installation, ALL) is None
    assert "--accept-shrink names" in outcome(summary, "names").error.hint
    assert installation.sync(accept=("names",)).code == 0
    assert known(installation, ["acme-one", "requests"]) == ["acme-one"]
    yesterday(installation)
    site.files["simple/"] = html(["acme-one", "acme-two", "acme-three"])
    assert installation.sync().code == 0, "an index of one's own is measured against itself from then on"


def test_a_filter_that_was_altered_is_made_anew(site, indexed):
    indexed.sync()
    path = pathlib.Path(indexed.home.known_names)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000] + bytes(1000) + whole[2000:])
    assert known(indexed, ALL) != ALL
    done = indexed.run("lists", "verify")
    assert done.returncode == 65 and "names.filter" in done.stderr
    assert indexed.sync().code == 0 and path.read_bytes() == whole


def test_killed_between_the_filter_and_its_note(site, indexed):
    indexed.sync()
    note = pathlib.Path(Store(indexed.home).path("names"))
    before = note.read_bytes()
    site.files["simple/"] = html([*ALL, INVENTED])
    yesterday(indexed)
    indexed.sync()
    note.write_bytes(before)
    summary = indexed.sync()
    assert summary.code == 0 and not summary.notices and known(indexed, [INVENTED]) == [INVENTED]
    done = indexed.run("lists", "verify", "--json")
    assert done.returncode == 0
    assert indexed.home.known_names in [one["path"] for one in json.loads(done.stdout)["whole"]]


def test_the_list_beside_it_is_not_taken_for_altered(site, indexed):
    (indexed.root / "etc" / "block.csv").write_text("name,reason\nacme-bad,x\n")
    assert indexed.sync().swapped
    site.files["simple/"] = html([*ALL, INVENTED])
    summary = indexed.sync(only=("names",))
    assert outcome(summary, "names").changed and not summary.notices and not summary.swapped


def test_switched_off_it_is_gone(indexed):
    indexed.sync()
    use(indexed, "https://unused.invalid/", "")
    indexed.configure(pathlib.Path(indexed.home.settings).read_text().replace("enabled = true", "enabled = false"))
    indexed.sync()
    assert known(indexed, ALL) is None


def test_the_strongest_layer_names_the_address():
    strong = {"sync": {"sources": {"names": {"url": "https://mirror.invalid/simple/", "enabled": True}}}}
    weak = {"sync": {"sources": {"names": {"url": "https://evil.invalid/", "enabled": False}}}}
    config = settings.merged([(settings.SYSTEMS, SYSTEM_SETTINGS, strong), (settings.USERS, "/u.toml", weak)])
    (source,) = [source for source in config.sources if source.name == "names"]
    assert source.url == "https://mirror.invalid/simple/"
    with pytest.raises(BadData, match="two of them"):
        settings.merged([(0, "/u.toml", {"sync": {"sources": {
            "names": {"enabled": True}, "more": {"format": "names", "url": "https://x.invalid/"}}}})])  # fmt: skip


@pytest.mark.long
def test_every_name_of_the_public_index(site, installation):
    """886,000 names. The list is not shipped, and the index is not asked for it: GUARD_ALL_NAMES says where it lies."""
    path = os.environ.get("GUARD_ALL_NAMES", "")
    if not os.path.exists(path):
        pytest.skip("GUARD_ALL_NAMES names no file with an index's names, one a line, gzipped")
    site.files["names.gz"] = pathlib.Path(path).read_bytes()
    use(installation, site.url + "names.gz")
    assert installation.sync().code == 0
    everyone = gzip.decompress(site.files["names.gz"]).decode().split()
    assert len(known(installation, everyone)) == len(everyone)
    assert os.path.getsize(installation.home.known_names) < 3 * 2**20
    rng, real = random.Random(1), set(everyone)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    invented = {"".join(rng.choices(letters, k=rng.randint(5, 20))) for _ in range(200_000)} - real
    invented |= {f"{rng.choice(everyone)}-{rng.choice(everyone)}" for _ in range(100_000)} - real
    false = len(known(installation, sorted(invented)))
    print(f"false known: {false} of {len(invented)}, one in {len(invented) // max(false, 1)}")
    assert false <= len(invented) / 1000


def test_rest_is_a_day_less_an_hour_or_two():
    assert 18 * 3600 <= index.REST < 24 * 3600, "a daily timer finds it due each day"
