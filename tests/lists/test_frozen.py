"""A feed that answers and has no news: the age of its newest record decides, and what is older than that is refused."""

import json
import os
import time

import pytest

from guard.core import fresh
from guard.core.errors import BadData

from . import feeds
from .server import status
from .test_sync import errors, outcome

DAY = 86400


def ago(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * DAY))


def serve(site, newest, *more):
    """The OSV folder, its newest record of ``newest``."""
    records = [*feeds.real_records(), feeds.record(1, "invented-1"), *more]
    site.files.update(feeds.osv(records, newest=newest))


def test_not_modified_for_ever(site, installation):
    serve(site, ago(13))
    installation.use(site, "osv")
    assert installation.sync().code == 0
    serve(site, ago(15))
    installation.root.joinpath("state", "list", "sources", "osv.json").unlink()
    assert installation.sync().code == 65, "from the start, too"
    assert installation.entry("invented-1"), "what it says is taken all the same"
    os.utime(installation.home.synced_list, (1000, 1000))
    site.faults["osv/modified_id.csv"] = status(304, body=b"")
    summary = installation.sync()
    assert summary.code == 65 and not errors(summary) and not summary.swapped
    assert "15 days ago" in outcome(summary, "osv").frozen.message
    assert fresh.age(installation.home) > 1000, "the list is no fresher for having asked"
    done = installation.run("sync", "--json")
    assert done.returncode == 65 and "15 days ago" in json.loads(done.stdout)["sources"][0]["frozen"]
    done = installation.run("sync", "--quiet")
    assert "osv: its newest record is of" in done.stderr and "stays in force" not in done.stderr
    lines = [json.loads(line) for line in open(installation.home.journal) if line.strip()]
    assert (lines[-1]["what"], lines[-1]["action"], lines[-1]["source"]) == ("list-refused", "frozen", "osv")


def test_how_old_it_may_be_is_a_setting(site, installation):
    serve(site, ago(40))
    for days, code in ((0, 0), (41, 0), (39, 65), (0.5, 65)):
        installation.use(site, "osv", frozen_days=days)
        assert installation.sync().code == code, days
    installation.use(site, "osv", frozen_days=-1)
    with pytest.raises(BadData, match="frozen_days"):
        installation.sync()


def test_the_archive_alone_has_a_newest_record_too(site, installation):
    serve(site, ago(0), feeds.record(2, "invented-2", modified=ago(20)))
    del site.files["osv/modified_id.csv"]
    installation.use(site, "osv")
    assert "20 days ago" in outcome(installation.sync(), "osv").frozen.message


def test_an_index_that_is_left_out_from_now_on_is_no_roll_back(site, installation):
    ours = feeds.record(2, "invented-2", modified=ago(2))
    serve(site, ago(1), ours)  # the newest record of all is no MAL record
    installation.use(site, "osv")
    assert installation.sync().code == 0
    del site.files["osv/modified_id.csv"]
    summary = installation.sync()
    assert summary.code == 0 and installation.entry("invented-2"), errors(summary)
    installation.use(site, "osv", frozen_days=0)
    serve(site, ago(1), ours)
    assert installation.sync().code == 0
    serve(site, ago(3))
    del site.files["osv/modified_id.csv"]
    assert "rolled back" in errors(installation.sync())["osv"], "an older record of ours is one"


@pytest.mark.parametrize("alone", [False, True], ids=["index", "archive alone"])
def test_rolled_back(site, installation, alone):
    def put(days, *more):
        serve(site, ago(days), *more)
        if alone:
            del site.files["osv/modified_id.csv"]

    put(1, feeds.record(2, "invented-2", modified=ago(1)))
    installation.use(site, "osv", frozen_days=0)
    assert installation.sync().code == 0 and installation.entry("invented-2")
    put(3, feeds.record(3, "invented-3", modified=ago(3)))
    summary = installation.sync()
    assert summary.code == 65 and "rolled back" in errors(summary)["osv"]
    assert installation.entry("invented-2") and not installation.entry("invented-3")


def test_news_of_the_future_would_make_all_that_follows_old(site, installation):
    serve(site, ago(-3))
    installation.use(site, "osv")
    summary = installation.sync()
    assert summary.code == 65 and "of the future" in errors(summary)["osv"]


@pytest.mark.parametrize("index", [b"", b"2026-99-01T00:00:00Z,MAL-2026-1\n"])
def test_an_index_without_a_time(site, installation, index):
    serve(site, ago(0))
    site.files["osv/modified_id.csv"] = index
    installation.use(site, "osv")
    assert "time of its newest record" in errors(installation.sync())["osv"]
