"""The decision: list entries, actions, modes and allowances."""

import datetime
import os

import pytest

from guard.core import allowance as allowances
from guard.core.command import Command, Target, Unseen
from guard.core.home import Home
from guard.core.judge import Judge, use_up_once
from guard.core.lookup import CANARY, COLUMNS, Entry, List, open_list, plain_version
from guard.core.settings import SYSTEM, USER, Settings
from guard.core.table import Table
from guard.core.verdict import capped, strongest
from guard.lists import seal

ROWS = [
    [CANARY, "typosquat", "", "", "guard", "a harmless test name", ""],
    ["reqeusts", "typosquat", "requests", "", "ossf", "MAL-2023-1", ""],
    ["evil", "malicious", "", "", "ossf;datadog", "MAL-2023-2", ""],
    ["litellm", "compromised", "", "1.82.7;1.82.8", "ossf", "MAL-2026-2144", ""],
    ["lightning", "compromised", "", "", "ossf", "MAL-2026-3201", ""],
    ["spammy", "other", "", "", "kam193:spam", "", ""],
    ["taken-back", "withdrawn", "", "", "ossf", "MAL-2026-1035", ""],
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(allowances, "SYSTEM_ALLOW", str(tmp_path / "system-allow"))
    return Home(str(tmp_path / "prefix"))


@pytest.fixture
def names(tmp_path):
    path = str(tmp_path / "list.csv")
    seal.write(path, COLUMNS, ROWS, "2026-11-24T00:00:00Z")
    return List(Table(path))


def judge(home, names, *targets, settings=None, unseen=()):
    command = Command("pip", "install", True)
    command.targets = [t if isinstance(t, Target) else Target(t, t) for t in targets]
    command.unseen = list(unseen)
    return Judge(home, names, settings or Settings()).command(command)


def let_through(folder, name, **more):
    import os

    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{name}", "w") as file:
        file.writelines(f"{key}={value}\n" for key, value in {"reason": "ours", **more}.items())


@pytest.mark.parametrize(
    ("name", "version", "verdict"),
    [
        ("reqeusts", "", "block"),
        ("evil", "", "block"),
        ("spammy", "", "warn"),
        ("requests", "", None),
        ("taken-back", "", None),
        ("litellm", "", None),
        ("litellm", "1.82.6", None),
        ("litellm", "1.82.7", "block"),
        ("litellm", "v1.82.7.0", "block"),
        ("lightning", "", None),
        ("lightning", "2.6.2", None),
    ],
)
def test_what_each_kind_of_entry_comes_to(home, names, name, version, verdict):
    findings = judge(home, names, Target(name, name, version))
    assert [f.verdict for f in findings] == ([verdict] if verdict else [])


def test_a_finding_says_why(home, names):
    (finding,) = judge(home, names, Target("reqeusts", "Reqeusts[x]==1.0", "1.0", "requirements.txt:3"))
    assert finding.reason == "is a listed typosquat of requests"
    assert (finding.imitates, finding.evidence, finding.sources) == ("requests", ["MAL-2023-1"], ["ossf"])
    assert (finding.text, finding.where) == ("Reqeusts[x]==1.0", "requirements.txt:3")


def test_a_name_asked_for_twice_is_one_finding(home, names):
    assert len(judge(home, names, "evil", "evil", "requests")) == 1


def test_what_cannot_be_read_is_a_finding_of_its_own(home, names):
    (finding,) = judge(home, names, unseen=[Unseen("https://x/r.txt", "it lies elsewhere")])
    assert (finding.kind, finding.verdict, finding.name) == ("unseen", "warn", "")


@pytest.mark.parametrize(
    ("action", "mode", "comes_to"),
    [
        ("block", "enforce", "block"), ("block", "warn", "warn"), ("block", "audit", "allow"),
        ("warn", "enforce", "warn"), ("warn", "warn", "warn"), ("warn", "audit", "allow"),
        ("allow", "enforce", "allow"),
    ],
)  # fmt: skip
def test_a_mode_caps_an_action(action, mode, comes_to):
    assert capped(action, mode) == comes_to


def test_the_strongest_finding_is_the_verdict(home, names):
    assert strongest(judge(home, names, "spammy", "evil")) == "block"
    assert strongest(judge(home, names, "spammy")) == "warn"
    assert strongest([]) == "allow"


def test_an_allowed_name_is_still_a_finding_that_says_so(home, names):
    let_through(home.allow, "evil")
    (finding,) = judge(home, names, "evil")
    assert finding.verdict == "allow"
    assert finding.allowed_by == "ours (user)"


def test_an_allowance_ends_after_its_last_day(home, names):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    let_through(home.allow, "evil", until=today.isoformat())
    assert strongest(judge(home, names, "evil")) == "allow"
    let_through(home.allow, "evil", until=(today - datetime.timedelta(days=1)).isoformat())
    assert strongest(judge(home, names, "evil")) == "block"


def test_an_allowance_of_roots_that_is_over_hides_nobodys(home, names):
    let_through(allowances.SYSTEM_ALLOW, "evil", until="2020-01-01")
    assert strongest(judge(home, names, "evil")) == "block"
    let_through(home.allow, "evil")
    assert strongest(judge(home, names, "evil")) == "allow"


def test_a_user_cannot_undo_what_root_blocks_but_root_can(home, names):
    settings = Settings()
    settings.add(SYSTEM, "f", {"actions.malicious": "block"})
    let_through(home.allow, "evil")
    assert strongest(judge(home, names, "evil", settings=settings)) == "block"
    let_through(allowances.SYSTEM_ALLOW, "evil")
    assert strongest(judge(home, names, "evil", settings=settings)) == "allow"


def test_a_system_file_can_switch_users_allowances_off(home, names):
    settings = Settings()
    settings.add(SYSTEM, "f", {"allow.users": False})
    settings.add(USER, "u", {"allow.users": True})
    let_through(home.allow, "evil")
    assert strongest(judge(home, names, "evil", settings=settings)) == "block"


def test_a_once_entry_lets_one_command_through(home, names):
    let_through(home.allow, "evil", once="yes")
    findings = judge(home, names, "evil")
    assert strongest(findings) == "allow"
    assert use_up_once(home, findings, Settings())
    # The tool that this process becomes asks again, under the same pid; another process finds nothing.
    assert strongest(judge(home, names, "evil")) == "allow"
    (taken,) = os.listdir(home.allow)
    # What it starts is part of the same command.
    assert in_a_child(home, names) == "allow"
    os.rename(f"{home.allow}/{taken}", f"{home.allow}/{taken}0")  # the same pid, but a later process
    assert strongest(judge(home, names, "evil")) == "block"
    assert in_a_child(home, names) == "block"


def test_what_a_child_used_up_its_parent_does_not_find(home, names):
    let_through(home.allow, "evil", once="yes")
    assert in_a_child(home, names, lambda: use_up_once(home, judge(home, names, "evil"), Settings())) == "allow"
    assert strongest(judge(home, names, "evil")) == "block"
    # The next one that is used up clears away what nobody can find any more.
    let_through(home.allow, "evil", once="yes")
    assert use_up_once(home, judge(home, names, "evil"), Settings())
    assert len(os.listdir(home.allow)) == 1


def test_a_child_may_use_it_up_for_its_parent(home, names):
    let_through(home.allow, "evil", once="yes")
    owner = os.getpid()
    use_up = lambda: use_up_once(home, judge(home, names, "evil"), Settings(), owner)  # noqa: E731  # run in the child
    assert in_a_child(home, names, use_up) == "allow"
    assert strongest(judge(home, names, "evil")) == "allow"


def in_a_child(home, names, first=lambda: True):
    """The verdict on "evil" in a process that this one starts."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            if first():
                os.write(writing, strongest(judge(home, names, "evil")).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with open(reading) as told:
        return told.read()


def test_a_damaged_synced_list_falls_back_to_the_shipped_one(home):
    import os

    os.makedirs(os.path.dirname(home.synced_list))
    with open(home.synced_list, "w") as file:
        file.write("rubbish\n")
    names = open_list(home)
    assert names.find(CANARY) is not None
    assert "shipped list serves instead" in names.notice


def test_a_list_of_zeroed_pages_is_not_believed(home, names):
    import os

    os.makedirs(os.path.dirname(home.synced_list))
    seal.write(home.synced_list, COLUMNS, ROWS[1:], "2026-11-24T00:00:00Z")
    assert "shipped list serves" in open_list(home).notice


@pytest.mark.parametrize(
    ("written", "plain"), [("1.0.0", "1"), ("V2.3", "2.3"), ("1.0-RC1", "1.0.rc1"), ("0", "0"), ("10.0", "10")]
)
def test_versions_are_compared_as_people_pin_them(written, plain):
    assert plain_version(written) == plain


def test_an_entry_reads_escaped_commas():
    assert Entry(["a", "malicious", "", "", "", "http://x/%2Cy", "one%2C two"]).reason == "one, two"


def test_a_look_alike_of_a_popular_name_is_a_warning_with_what_was_meant(home, names):
    (finding,) = judge(home, names, "requestss")
    assert (finding.kind, finding.verdict, finding.imitates) == ("lookalike", "warn", "requests")


def test_popular_and_ordinary_names_are_no_look_alikes(home, names):
    assert judge(home, names, "requests", "numpy", "pytest-asyncio", "playwright", "goodpkg-alpha") == []


def test_a_look_alike_is_blocked_from_the_score_that_policy_names(home, names):
    settings = Settings()
    settings.add(USER, "f", {"lookalike.block_score": 1.0})
    assert strongest(judge(home, names, "requestss", settings=settings)) == "block"


def test_likeness_is_not_asked_of_links_nor_of_what_the_tool_resolves_on_the_way(home, names):
    link = Target("requestss", "requestss @ file:///x.whl", link="file:///x.whl")
    assert judge(home, names, link, Target("requestss", "requestss", asked=False)) == []


def test_an_unknown_name_is_told_apart_where_policy_asks_for_it(home, names):
    import os

    from guard.core.filter import build
    from guard.core.unlisted import KNOWN_NAMES

    os.makedirs(os.path.dirname(home.known_names))
    with open(home.known_names, "wb") as file:
        file.write(build([b"requests", b"goodpkg-alpha"], KNOWN_NAMES))
    assert judge(home, names, "goodpkg-alpha", "zxqv-brand-new") == []
    settings = Settings()
    settings.add(USER, "f", {"actions.unknown-name": "warn"})
    (finding,) = judge(home, names, "goodpkg-alpha", "zxqv-brand-new", settings=settings)
    assert (finding.kind, finding.name, finding.verdict) == ("unknown-name", "zxqv-brand-new", "warn")


def test_an_internal_name_is_a_confusion_only_where_another_index_could_answer(home, names):
    settings = Settings()
    settings.add(
        USER, "f", {"names.internal": ("acme-*",), "names.internal_indexes": ("https://pypi.acme.example/simple",)}
    )
    command = Command("pip", "install", True)
    command.targets = [Target("acme-requestss", "acme-requestss")]
    ask = Judge(home, names, settings).command
    assert [f.kind for f in ask(command)] == ["confusion"]
    command.indexes = ["https://pypi.acme.example/simple"]
    assert ask(command) == []
    command.indexes.append("https://elsewhere.example/simple")
    (finding,) = ask(command)
    assert "elsewhere.example" in finding.reason
