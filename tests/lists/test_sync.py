"""guard sync against a real HTTPS server that serves the feeds' real wire forms."""

import json
import os
import pathlib
import threading
import time

import pytest

from guard.core import fresh
from guard.core.errors import BadData, Unreachable
from guard.core.lookup import MALICIOUS, WITHDRAWN, open_list
from guard.lists import config as settings
from guard.lists.ask import Wish
from guard.lists.store import Store

from . import feeds
from .server import Site, cut, endless, status, tag_of, trickle


def errors(summary):
    return {outcome.source.name: outcome.error.message for outcome in summary.outcomes if outcome.error}


def outcome(summary, name):
    return next(one for one in summary.outcomes if one.source.name == name)


def test_three_public_feeds(mirror, installation):
    installation.use(mirror)
    summary = installation.sync()
    assert summary.code == 0 and summary.swapped, errors(summary)
    assert installation.entry("invented-7").evidence == ["MAL-2026-107"]
    assert installation.entry("litellm").versions == ["1.82.7", "1.82.8"]
    assert installation.entry("asynci").sources == ["splunk"]
    assert installation.entry("typoguard-test-blocked").covers("")
    assert "invented-7" in summary.added
    names = open_list(installation.home)
    assert (names.notice, names.table.path) == ("", installation.home.synced_list)
    names.close()


def test_unchanged_sync_makes_one_request_per_source_and_swaps_nothing(mirror, installation):
    installation.use(mirror)
    installation.sync()
    before, inode = installation.list_bytes(), os.stat(installation.home.synced_list).st_ino
    os.utime(installation.home.synced_list, (1, 1))
    mirror.log.clear()
    summary = installation.sync()
    assert mirror.count() == {"osv/modified_id.csv": 1, "manifest.json": 1, "splunk.csv": 1}
    assert not summary.swapped and summary.code == 0
    assert (installation.list_bytes(), os.stat(installation.home.synced_list).st_ino) == (before, inode)
    assert fresh.age(installation.home) < 60, "unchanged is fresh"


def test_a_server_without_validators_still_swaps_nothing(mirror, installation):
    mirror.faults["manifest.json"] = lambda handler, data: handler.answer(200, data)
    installation.use(mirror, "datadog")
    installation.sync()
    assert not installation.sync().swapped


def test_osv_increment_asks_for_the_new_records_alone(mirror, installation):
    installation.use(mirror, "osv")
    installation.sync()
    records = [*feeds.real_records(), *(feeds.record(100 + n, f"invented-{n}") for n in range(1, 40))]  # one is gone
    records[5] = {**records[5], "modified": "2026-06-01T00:00:00Z", "withdrawn": "2026-06-01T00:00:00Z"}
    records.append(feeds.record(999, "brand-new", modified="2026-06-02T00:00:00Z"))
    mirror.files.update(feeds.osv(records))
    mirror.log.clear()
    summary = installation.sync()
    changed = records[5]["id"]
    assert mirror.count() == {"osv/modified_id.csv": 1, "osv/MAL-2026-999.json": 1, f"osv/{changed}.json": 1}
    assert (summary.added, summary.removed) == (["brand-new"], ["invented-0"])
    assert installation.entry(records[5]["affected"][0]["package"]["name"]).kind == WITHDRAWN


def test_osv_many_changes_ask_for_the_archive(mirror, installation):
    installation.use(mirror, "osv")
    installation.sync()
    mirror.files.update(feeds.osv([*feeds.real_records(), *(feeds.record(n, f"flood-{n}") for n in range(1000, 1400))]))
    mirror.log.clear()
    summary = installation.sync(accept=("osv",))
    assert mirror.count() == {"osv/modified_id.csv": 1, "osv/all.zip": 1}
    assert summary.code == 0 and installation.entry("flood-1000").kind == MALICIOUS


def test_osv_archive_older_than_its_index_is_mended_record_by_record(mirror, installation):
    old = dict(mirror.files)
    mirror.files.update(feeds.osv([*feeds.real_records(), feeds.record(555, "late", modified="2026-07-01T00:00:00Z")]))
    mirror.files["osv/all.zip"] = old["osv/all.zip"]
    installation.use(mirror, "osv")
    assert installation.sync().code == 0
    assert installation.entry("late").kind == MALICIOUS
    assert installation.entry("invented-3") is None, "it is in the archive, and not in the index any more"


def test_a_record_whose_answer_never_begins_does_not_keep_the_process(mirror, installation):
    installation.use(mirror, "osv")
    installation.sync()
    installation.use(mirror, "osv", max_seconds=0.5)
    mirror.files.update(feeds.osv([*feeds.real_records(), feeds.record(999, "brand-new")]))
    over = threading.Event()

    def header_without_end(handler, _):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.1):
            handler.wfile.write(b"x")

    mirror.faults["osv/MAL-2026-999.json"] = header_without_end
    end = threading.Timer(30, over.set)
    end.start()
    done = installation.run("sync")
    assert not over.is_set(), "it ended only when the server did"
    end.cancel()
    over.set()
    assert done.returncode == 69 and "not done within" in done.stderr


@pytest.mark.parametrize("modified", [None, 5])
def test_osv_archive_with_a_record_without_a_time_is_taken(mirror, installation, modified):
    whole = feeds.record(999, "brand-new")
    installation.use(mirror, "osv")
    mirror.files.update(feeds.osv([*feeds.real_records(), whole]))
    archive = feeds.osv([*feeds.real_records(), {**whole, "modified": modified}])["osv/all.zip"]
    mirror.files["osv/all.zip"] = archive
    summary = installation.sync()
    assert summary.code == 0 and "brand-new" in summary.added, errors(summary)


def test_osv_day_of_a_record_is_text_for_a_person(mirror, installation):
    installation.use(mirror, "osv")
    mirror.files.update(feeds.osv([{**feeds.record(999, "brand-new"), "published": "\x1b[2Jowned"}]))
    assert "not text for a person" in errors(installation.sync())["osv"]


def test_osv_mirror_with_the_archive_alone(mirror, installation):
    mirror.files.update(feeds.osv([*feeds.real_records(), feeds.record(1, "of-today", modified=feeds.NOW)]))
    del mirror.files["osv/modified_id.csv"]
    installation.use(mirror, "osv")
    assert installation.sync().code == 0
    mirror.log.clear()
    assert not installation.sync().swapped
    assert mirror.count()["osv/all.zip"] == 1


def test_a_part_of_a_feed_takes_nothing_away_that_was_shipped_from_the_whole(mirror, installation):
    installation.use(mirror, "osv")
    summary = installation.sync()
    assert installation.entry("0-8").kind == MALICIOUS, "shipped, from OSSF, and not in this small mirror"
    assert "all stay" in summary.remarks[0] and not summary.removed


def test_a_whole_feed_replaces_what_was_shipped_of_it(mirror, installation):
    manifest = json.loads(feeds.datadog())
    del manifest["0wneg"]
    mirror.files["manifest.json"] = json.dumps(manifest).encode()
    installation.use(mirror, "datadog")
    assert installation.sync().removed == ["0wneg"]


def test_a_transfer_that_broke_off_goes_on_where_it_stopped(mirror, installation):
    whole = len(mirror.files["osv/all.zip"])
    mirror.faults["osv/all.zip"] = cut(3000)
    installation.use(mirror, "osv", "datadog")
    summary = installation.sync()
    assert summary.code == 69 and "broke off after 3000 of" in errors(summary)["osv"]
    assert outcome(summary, "datadog").changed, "the others' news is taken all the same"
    del mirror.faults["osv/all.zip"]
    mirror.log.clear()
    summary = installation.sync()
    assert summary.code == 0, errors(summary)
    ranges = [headers.get("Range") for path, headers in mirror.log if path == "osv/all.zip"]
    assert ranges == ["bytes=3000-"]
    assert outcome(summary, "osv").received < whole, "what had arrived was not fetched again"
    assert not list((pathlib.Path(Store(installation.home).folder) / "parts").iterdir())


def test_a_file_that_changed_meanwhile_is_not_glued_to_the_old_part(mirror, installation):
    mirror.faults["osv/all.zip"] = cut(3000)
    installation.use(mirror, "osv")
    installation.sync()
    del mirror.faults["osv/all.zip"]
    mirror.files.update(feeds.osv([*feeds.real_records(), feeds.record(777, "after-the-break")]))
    assert installation.sync().code == 0
    assert installation.entry("after-the-break").kind == MALICIOUS


def test_a_part_longer_than_the_file_is_thrown_away(mirror, installation):
    installation.use(mirror, "osv")
    store = Store(installation.home)
    store.make()
    part = pathlib.Path(store.part("osv", "all.zip"))
    part.write_bytes(b"x" * (len(mirror.files["osv/all.zip"]) + 1))
    note = {"url": mirror.url + "osv/all.zip", "of": tag_of(mirror.files["osv/all.zip"])}
    part.with_name(part.name + ".json").write_text(json.dumps(note))
    assert installation.sync().code == 0


BROKEN = {
    "cut short": (cut(100), 69, "broke off"),
    "an error": (status(503), 69, "answered 503"),
    "gone": (status(404), 69, "no such file"),
    "a sign-in page": (status(200, body=b"<html>please sign in</html>"), 65, "not a manifest"),
    "nothing at all": (status(200, body=b"{}"), 65, "not one name"),
    "another encoding": (status(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"), 65, "not asked for"),
    "too large, announced": (status(200, {"X": "1"}, b"x" * 2_000_001), 65, "more than the limit"),
    "too large, not announced": (endless, 65, "more than the limit"),
    "a trickle": (trickle(0.02), 69, "not done within"),
    "to plain http": (status(302, {"Location": "http://feeds.invalid/manifest.json"}), 65, "https:// alone"),
    "to a file": (status(302, {"Location": "file:///etc/passwd"}), 65, "https:// alone"),
    "to no address": (status(302, {"Location": "https://[feeds.invalid/"}), 65, "Invalid IPv6 URL"),
    "to a host that is none": (status(302, {"Location": "https://feeds..invalid/"}), 65, "label empty or too long"),
    "to bytes that are no text": (status(302, {"Location": "https://127.0.0.1:1/\xff"}), 65, "can't decode"),
    "a length that is no number": (status(200, {"Content-Length": "\xb2"}, b"{}"), 69, "broke off"),
    "in a circle": (status(302, {"Location": "/manifest.json"}), 69, "redirects"),
    "not what its digest says": (status(200, {"x-goog-hash": "md5=AAAAAAAAAAAAAAAAAAAAAA=="}, b"{}"), 65, "promises"),
    "control characters": (status(200, body=json.dumps({"x": ["\x1b[2J"]}).encode()), 65, "not text for a person"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_source_that_breaks_keeps_its_old_word(mirror, installation, how):
    fault, code, word = BROKEN[how]
    installation.use(mirror, "datadog", max_bytes=2_000_000, max_seconds=3)
    installation.sync()
    before = installation.list_bytes()
    mirror.faults["manifest.json"] = fault
    os.utime(installation.home.synced_list, (1000, 1000))
    begun = time.monotonic()
    summary = installation.sync()
    assert time.monotonic() - begun < 20
    assert summary.code == code and word in errors(summary)["datadog"], errors(summary)
    assert installation.list_bytes() == before and not summary.swapped
    assert fresh.age(installation.home) > 1000, "a list whose source is away is no fresher for having asked"


@pytest.mark.parametrize("form", ["osv", "datadog", "names"])
def test_not_modified_to_one_who_knew_nothing_is_no_answer(mirror, installation, form):
    for path in ("osv/modified_id.csv", "manifest.json", "names.txt"):
        mirror.faults[path] = status(304, body=b"")
    installation.use(mirror, form)
    if form == "names":
        installation.add(f'[sync.sources.names]\nenabled = true\nurl = "{mirror.url}names.txt"\n')
    summary = installation.sync()
    assert summary.code == 69 and "answered 304" in errors(summary)[form]


def test_a_feed_that_shrinks_is_refused_unless_a_person_accepts(mirror, installation):
    installation.use(mirror, "datadog")
    installation.sync()
    manifest = json.loads(feeds.datadog())
    mirror.files["manifest.json"] = json.dumps(dict(list(manifest.items())[:1000])).encode()
    summary = installation.sync()
    assert summary.code == 65 and "lost 685 of its 1685 names" in errors(summary)["datadog"]
    assert "--accept-shrink datadog" in outcome(summary, "datadog").error.hint
    assert installation.sync().code == 65, "asked again, refused again"
    summary = installation.sync(accept=("datadog",))
    assert summary.code == 0 and outcome(summary, "datadog").names == 1000


def test_an_address_that_is_none_is_said_to_be_none(mirror, installation):
    installation.use(mirror, "datadog")
    settings_ = pathlib.Path(installation.home.settings)
    settings_.write_text(settings_.read_text().replace(mirror.url, "https://me:secret@[mirror.invalid/"))
    summary = installation.sync()
    assert summary.code == 65
    assert errors(summary) == {"datadog": "[mirror.invalid/manifest.json: Invalid IPv6 URL"}


def test_another_address_is_asked_in_full_and_guarded_all_the_same(mirror, installation):
    installation.use(mirror, "datadog")
    installation.sync()
    mirror.files["other.json"] = b'{"invented": null}'
    installation.configure(pathlib.Path(installation.home.settings).read_text().replace("manifest.json", "other.json"))
    assert "lost 1685 of its 1685" in errors(installation.sync())["datadog"]


def test_a_popular_name_is_held_for_a_person(mirror, installation):
    mirror.files.update(feeds.osv([*feeds.real_records(), feeds.record(1, "requests", versions=())]))
    installation.use(mirror, "osv")
    summary = installation.sync()
    assert summary.held == 1
    assert not installation.entry("requests").covers("") and not installation.entry("requests").covers("2.32.0")
    told = json.loads(installation.run("lists", "held", "--json").stdout)
    assert [(row["name"], row["evidence"]) for row in told["held"]] == [("requests", ["MAL-2026-1"])]
    assert "block.csv" in installation.run("lists", "held").stdout


def test_a_range_of_releases_reaches_the_gate(mirror, installation):
    span = {"versions": [], "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "2.0"}]}]}
    mirror.files.update(feeds.osv([*feeds.real_records(), feeds.record(1, "taken-over", affected=span)]))
    installation.use(mirror, "osv")
    assert installation.sync().code == 0
    words = ["taken-over==0.9", "taken-over==1.0", "taken-over==1.5rc1", "taken-over===2.0.dev1", "taken-over==2.0", "taken-over"]
    done = installation.run("check", "--json", "pip", "install", *words)
    findings = json.loads(done.stdout)["findings"]
    assert [finding["version"] for finding in findings] == ["1.0", "1.5rc1", "2.0.dev1"]
    assert {(finding["kind"], finding["verdict"]) for finding in findings} == {("compromised", "block")}
    told = installation.run("explain", "taken-over==1.5")
    assert told.returncode == 1 and "releases: >=1.0 <2.0 (no other)" in told.stdout
    assert "taken-over==1.5: block" in installation.run("explain", "taken-over===1.5").stdout


def test_a_range_without_an_end_is_held_for_a_popular_name(mirror, installation):
    from_start = [{"type": "ECOSYSTEM", "events": [{"introduced": "0.0.1"}]}]
    for number, name in ((1, "requests"), (2, "not-so-popular")):
        record = feeds.record(number, name, affected={"versions": ["1.0"], "ranges": from_start})
        mirror.files.update(feeds.osv([*feeds.real_records(), record]))
        installation.use(mirror, "osv")
        assert installation.sync(accept=("osv",)).code == 0
        assert installation.entry(name).covers("1.0")
        assert installation.entry(name).covers("2.32.0") is (name == "not-so-popular")
        held = json.loads(installation.run("lists", "held", "--json").stdout)["held"]
        assert [row["name"] for row in held] == (["requests"] if name == "requests" else [])


def test_an_own_list_may_name_a_range_if_it_is_one(installation):
    installation.configure("".join(f"[sync.sources.{name}]\nenabled = false\n" for name in settings.PUBLIC))
    block = installation.root / "etc" / "block.csv"
    block.write_text("name,versions\nacme-tool,0.1;>=1.0 <2.0\n")
    assert installation.sync().code == 0
    entry = installation.entry("acme-tool")
    assert [version for version in ("0.1", "0.2", "1.9", "2.0") if entry.covers(version)] == ["0.1", "1.9"]
    for wrong in (">1.0", ">=1.0<2.0", "<", ">=one", ">=1.0 !=1.5"):
        block.write_text(f"name,versions\nacme-tool,{wrong}\n")
        assert "no range" in errors(installation.sync())["user-block"], wrong


def test_plain_http_is_for_this_machine_alone(installation):
    site = Site()
    site.files["names.txt"] = b"invented\n"
    installation.configure("")
    text = '[sync.sources.{n}]\nenabled = false\n'
    off = "".join(text.format(n=name) for name in settings.PUBLIC)
    installation.configure(off + f'[sync.sources.ours]\nformat = "plain"\nurl = "{site.url}names.txt"\n')
    assert installation.sync().code == 0
    installation.configure(off + '[sync.sources.ours]\nformat = "plain"\nurl = "http://feeds.invalid/names.txt"\n')
    summary = installation.sync()
    assert summary.code == 65 and "https:// alone" in errors(summary)["ours"]


def test_a_certificate_of_a_stranger_is_refused(mirror, installation):
    installation.use(mirror, "datadog", ca='""')
    summary = installation.sync()
    assert summary.code == 69 and "certificate" in errors(summary)["datadog"].lower()
    assert installation.list_bytes() is None, "nothing was taken: the shipped list serves"


def test_the_bundle_of_the_environment_is_honoured(mirror, installation, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(installation.ca))
    installation.use(mirror, "datadog", ca='""')
    assert installation.sync().code == 0


def test_a_proxy_is_asked_to_connect(installation, monkeypatch):
    """The proxy is real as far as it goes: it is asked for a tunnel to the feed's host, and refuses."""
    proxy = Site()
    asked = []
    proxy.RequestHandlerClass.do_CONNECT = lambda handler: (asked.append(handler.path), handler.answer(403, b""))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    off = "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in settings.PUBLIC)
    source = '[sync.sources.ours]\nformat = "plain"\nurl = "https://feeds.invalid/names.txt"\n'
    installation.configure(off + source)
    assert installation.sync().code == 69
    installation.configure(f'[sync]\nproxy = "{proxy.url}"\n' + off + source)
    monkeypatch.delenv("HTTPS_PROXY")
    assert installation.sync().code == 69
    assert asked == ["feeds.invalid:443"] * 2
    del proxy.RequestHandlerClass.do_CONNECT
    installation.configure('[sync]\nproxy = "http://127.0.0.1:9"\n' + off + source)
    assert errors(installation.sync())["ours"].endswith("/names.txt: the proxy: Connection refused")


def test_a_directory_of_files_serves_an_air_gapped_site(installation, tmp_path):
    mirror = tmp_path / "mirror"
    for path, data in feeds.public().items():
        (mirror / path).parent.mkdir(parents=True, exist_ok=True)
        (mirror / path).write_bytes(data)
    installation.configure(
        f'[sync.sources.osv]\nurl = "file://{mirror}/osv/"\n[sync.sources.datadog]\nurl = "{mirror}/manifest.json"\n'
        f'[sync.sources.splunk]\nurl = "file://{mirror}/splunk.csv"\n'
    )
    summary = installation.sync()
    assert summary.code == 0 and installation.entry("coloramah").covers("")
    assert not installation.sync().swapped
    (mirror / "manifest.json").unlink()
    assert "no such file" in errors(installation.sync())["datadog"]


def test_check_changes_nothing_and_says_what_would(mirror, installation):
    installation.use(mirror)
    done = installation.run("sync", "--check", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and "invented-1" in told["added"] and not told["swapped"]
    assert installation.list_bytes() is None
    installation.sync()
    done = installation.run("sync", "--check")
    assert (done.returncode, "up to date" in done.stdout) == (0, True), done


def test_the_command_line(mirror, installation):
    installation.use(mirror)
    done = installation.run("sync")
    assert done.returncode == 0, done.stderr
    assert "  + invented-1\n" in done.stdout and "names in force" in done.stdout
    assert "osv: done" in done.stderr and "\x1b" not in done.stdout + done.stderr, "plain lines off a terminal"
    mirror.faults["manifest.json"] = status(503)
    done = installation.run("sync")
    assert done.returncode == 69 and "stays in force" in done.stderr
    done = installation.run("sync", "--source", "nobody")
    assert done.returncode == 2 and "nobody" in done.stderr
    installation.add("[sync]\n")
    done = installation.run("sync")
    assert done.returncode == 65 and "guard.toml" in done.stderr and "Traceback" not in done.stderr


def test_a_bar_on_a_terminal(mirror, installation):
    installation.use(mirror)
    installation.run("sync", "--check")  # makes the environment
    python = installation.root / "venv" / "bin" / "python"
    script = f"""
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn([{str(python)!r}, "-m", "guard", "sync"])))
"""
    import subprocess
    import sys
    import sysconfig

    root = pathlib.Path(__file__).resolve().parents[2]
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": "100",
                   "PYTHONPATH": f"{root}:{sysconfig.get_paths()['purelib']}"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", script], env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0 and b"\x1b[" in done.stdout and b"splunk" in done.stdout


def test_two_syncs_at_once_take_turns(mirror, installation):
    installation.use(mirror)
    store = Store(installation.home)
    store.make()
    with store.locked(0), pytest.raises(Unreachable, match="another sync"):
        installation.sync(patience=0.2)
    assert installation.sync(patience=0).code == 0


def test_an_own_list_that_is_removed_says_nothing_any_more(installation):
    off = "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in settings.PUBLIC)
    installation.configure(off)
    block = installation.root / "etc" / "block.csv"
    block.write_text("name,reason,owner\nrequests,no licence,legal\n")
    (installation.root / "etc" / "allow.csv").write_text("name,reason,owner\n0-8,it is ours,ops\n")
    summary = installation.sync()
    assert summary.code == 0
    assert installation.entry("requests").covers("") and "legal: no licence" in installation.entry("requests").reason
    assert not installation.entry("0-8").covers("") and "allowed by ops" in installation.entry("0-8").reason
    block.unlink()
    assert installation.sync().removed == ["requests"]
    block.write_text("name,reason\nnot a name!,x\n")
    summary = installation.sync()
    assert summary.code == 65 and "block.csv:2" in errors(summary)["user-block"]


@pytest.mark.parametrize("how", ["emptied", "removed"])
def test_the_last_row_of_ones_own_leaves_the_list_too(installation, how):
    installation.configure("".join(f"[sync.sources.{name}]\nenabled = false\n" for name in settings.PUBLIC))
    block = installation.root / "etc" / "block.csv"
    block.write_text("name,reason\nacme-tool,gone bad\n")
    assert installation.sync().added == ["acme-tool"]
    block.write_text("name,reason\n") if how == "emptied" else block.unlink()
    summary = installation.sync()
    assert (summary.removed, summary.code) == (["acme-tool"], 0)
    assert installation.entry("acme-tool") is None and installation.entry("0-8").covers("")
    assert not installation.sync().swapped


def test_an_own_entry_holds_until_its_day(installation):
    off = "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in settings.PUBLIC)
    installation.configure(off)
    (installation.root / "etc" / "block.csv").write_text("name,until\nold-case,2020-01-31\nnew-case,2199-01-31\n")
    installation.sync()
    assert installation.entry("old-case") is None and installation.entry("new-case").covers("")


def test_background_obeys_auto(mirror, installation):
    installation.use(mirror, auto="false")
    assert installation.run("sync", "--background").returncode == 0
    assert installation.list_bytes() is None and not mirror.log
    assert fresh.attempt(installation.home) and os.path.exists(fresh.attempt(installation.home)), "or it starts again"
    installation.use(mirror)
    done = installation.run("sync", "--background")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert installation.entry("invented-1")


def test_events_tell_of_what_was_refused_and_changed(mirror, installation):
    installation.use(mirror)
    installation.sync()
    mirror.faults["manifest.json"] = status(200, body=b"[]")
    installation.sync()
    lines = [json.loads(line) for line in open(installation.home.journal) if line.strip()]
    assert [(line["what"], line["action"]) for line in lines] == [("list-changed", "changed"), ("list-refused", "refused")]
    assert lines[1]["source"] == "datadog" and "not a manifest" in lines[1]["text"]


def test_what_a_name_is_known_for(mirror, installation):
    installation.use(mirror)
    installation.sync()
    from guard.lists.known import known

    config = settings.load(installation.home)
    told = known(installation.home, config, "aiohtttp")
    assert told["entry"]["kind"] == "typosquat" and told["first_seen"] == "2026-05-31"
    assert {claim["from"] for claim in told["claims"]} >= {"shipped", "datadog"}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert known(installation.home, config, "invented-1")["first_seen"] == today
    assert known(installation.home, config, "requests")["popular"] < 20
    assert known(installation.home, config, "requests")["entry"] is None
    done = installation.run("explain", "aiohtttp")
    assert done.returncode == 1 and "ecosystems, datadog" in done.stdout and "datadog now: " in done.stdout
    assert "on the list here since 2026-05-31" in done.stdout
    held = json.loads(installation.run("explain", "requests", "--json").stdout)
    assert held["held"] is None and held["claims"] == []


def test_a_setting_that_is_wrong_is_named(installation):
    for text, word in (("[sync]\nshrinks = 1\n", "sync.shrinks"), ("[sync]\nshrink = 2\n", "between 0 and 1"),
                       ("[sync]\ntimeout = true\n", "wrong type"), ("[sync.sources.x]\nurl = 'y'\n", "format takes"),
                       ("[sync.sources.x]\nformat = 'publication'\nurl = 'y'\n", "needs root"),
                       ("[sync\n", "guard.toml")):  # fmt: skip
        installation.configure(text)
        with pytest.raises(BadData, match=word):
            settings.load(installation.home)


def test_the_stronger_layer_sets_a_key():
    strong = {"sync": {"sources": {"osv": {"url": "https://mirror.invalid/"}}, "shrink": 0.1}}
    weak = {"sync": {"sources": {"osv": {"url": "https://evil.invalid/", "enabled": True}}, "shrink": 1.0}}
    config = settings.merged([(settings.SYSTEMS, "/s.toml", strong), (settings.USERS, "/u.toml", weak)])
    assert config.shrink == 0.1 and config.origins["sync.shrink"] == "/s.toml"
    assert next(source for source in config.sources if source.name == "osv").url == "https://mirror.invalid/"


def test_wish_defaults_ask_everybody():
    assert Wish() == Wish(check=False, accept=(), only=())
