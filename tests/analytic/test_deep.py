"""Commands read by the grammar instead of the regex, and the two beside each other."""

import pytest

from guard.analytic import compare, deep, inputs, lookup
from guard.analytic.definition import query
from guard.analytic.duck import Hunt

from .conftest import ROWS, event


@pytest.fixture
def read(log):
    def run(*events):
        with Hunt(inputs.Tally(), deep.WANTED) as hunt:
            hunt.add([log(*events)])
            hunt.load(deep.whole_names(lookup.keys_of(ROWS)), deep.spread)
            rows = hunt.rows(query(False, False))
            return [row["package_name"] for row in rows], hunt.rows(deep.unread_query())

    return run


@pytest.mark.parametrize(
    "changes, found",
    [
        ({"parg": "-m pip install zzlisted"}, ["zzlisted"]),
        ({"parg": "-m pip install -U zzother zzlisted --no-cache-dir"}, ["zzlisted", "zzother"]),
        ({"parg": "-m pip install 'ZZ-Listed>1'"}, []),  # another project
        ({"parg": "-m pip install 'ZZListed[x]==1.0' "}, ["zzlisted==1.0"]),
        ({"parg": "/usr/local/bin/pip3 install zzlisted --user"}, ["zzlisted"]),
        ({"parg": "-m pip download zzlisted"}, ["zzlisted"]),
        ({"parg": "-m pip install my-zzlisted-plugin"}, []),  # the published key is a substring
        ({"parg": "-m pip show zzlisted"}, []),
        ({"parg": "-m pip install -r zzlisted"}, []),
        ({"parg": "/home/dev/.local/bin/poetry add zzlisted@^1 zzother"}, ["zzlisted", "zzother"]),
        ({"pn": "pip.exe", "ppath": "C:\\Py\\pip.exe", "parg": 'install -t C:\\tmp\\ "zzlisted"'}, ["zzlisted"]),
        ({"pn": "cmd.exe", "ppath": "C:\\cmd.exe", "parg": '/c "C:\\pip.exe install zzlisted && dir"'}, ["zzlisted"]),
        ({"pn": "bash", "ppath": "/bin/bash", "parg": "-c 'cd /x; sudo pip install -q zzlisted; ls'"}, ["zzlisted"]),
        ({"pn": "curl", "ppath": "/usr/bin/curl", "parg": "-o pip zzlisted"}, []),
        ({"parg": "-m pip install 'unclosed zzlisted"}, ["zzlisted"]),
        ({"parg": "-m pip install -r all.txt", "package_name": "ZZlisted==2"}, ["zzlisted==2"]),
        ({"pn": "worker", "parg": "--pip", "package_name": "zzlisted"}, ["zzlisted"]),
        ({"parg": None}, []),
        ({"dh": "mirror.example"}, []),
    ],
)  # fmt: skip
def test_what_a_command_would_install(read, changes, found):
    assert read(event(**changes))[0] == found


def test_requirement_files_are_named_and_not_opened(read, tmp_path):
    secret = tmp_path / "requirements.txt"
    secret.write_text("zzlisted\n")
    names, unread = read(event(parg="-m pip install -r %s -e /src/app zzother" % secret))
    assert names == ["zzother"]
    assert [(row["src"], row["unread"], row["hits"]) for row in unread] == [
        ("10.1.2.3", "-r .%s -e ./src/app" % secret, 1)
    ]


def test_the_hunters_own_settings_do_not_speak_for_the_logged_machine(read, tmp_path, monkeypatch):
    (tmp_path / "more.txt").write_text("zzlisted\n")
    monkeypatch.setenv("PIP_REQUIREMENT", str(tmp_path / "more.txt"))
    monkeypatch.chdir(tmp_path)
    assert read(event(parg="-m pip install -r more.txt zzother"))[0] == ["zzother"]


@pytest.mark.parametrize(
    "text, words",
    [
        ('install "a b" c', ["install", "a b", "c"]), (r"-t C:\tmp\ x", ["-t", "C:\\tmp\\", "x"]),
        (r'say \"hi\"', ["say", '"hi"']), ('""', [""]), ("", []), ('"open', ["open"]),
    ],
)  # fmt: skip
def test_windows_words(text, words):
    assert deep.split(text, True) == words


def test_the_two_compared():
    def row(name, **changes):
        return {
            "src": "1",
            "dest": "2",
            "process_path": "p",
            "process_id": "3",
            "transport": "tcp",
            "package_name": name,
            **changes,
        }

    searched = [row("my-zzlisted"), row("ZZlisted==1.0"), row("zzother", process_id="4")]
    read = [row("zzlisted==1.0"), row("zzother", process_id="4"), row("zzother", process_id="5")]
    told = compare.differences(searched, read)
    assert told == {"missed": [read[2]], "wrong": [searched[0]], "agreed": 2}
