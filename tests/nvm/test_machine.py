"""What the recorder asks Linux itself is what psutil and the C library say."""

import ctypes
import json
import os
import socket
import struct
import subprocess
import sys

import pytest

from guard.nvm import linux, machine
from guard.nvm.linux import _UTMP
from tests.support.tools import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's own words")


@pytest.mark.parametrize("family, elsewhere", machine._ELSEWHERE)
def test_the_route_is_the_one_a_socket_would_take(family, elsewhere):
    psutil = pytest.importorskip("psutil")
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((elsewhere, 9))
            chosen = asked.getsockname()[0]
    except OSError:
        assert linux.route(family, elsewhere) is None
        return
    (name,) = [n for n, addresses in psutil.net_if_addrs().items() for a in addresses if a.address == chosen]
    assert linux.route(family, elsewhere) == (chosen, socket.if_nametoindex(name))


def test_without_a_network_there_is_no_route_and_the_address_is_loopback(tmp_path):
    script = ("import json; from guard.nvm import linux, machine;"
              "print(json.dumps([[linux.route(*one) for one in machine._ELSEWHERE], machine.address()]))")  # fmt: skip
    words = ["unshare", "-rn", sys.executable, "-c", script]
    done = subprocess.run(words, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    if done.returncode and not done.stdout:
        pytest.skip("no network namespace can be made here: " + done.stderr.strip()[-200:])
    routes, (address, _) = json.loads(done.stdout)
    assert routes == [None, None] and address == "127.0.0.1"


def _session(kind, user, seconds):
    return _UTMP.pack(kind, 100, b"pts/1", b"ts/1", user, b"", 0, 0, 0, seconds, 0, 0, 0, 0, 0)


@pytest.fixture
def utmp(tmp_path):
    """A utmp file of two sessions, one that has ended, a boot record and the half of one that is being written."""
    path = tmp_path / "utmp"
    records = [(2, b"reboot", 1), (7, b"grace", 300), (8, b"gone", 5), (7, b"ada", 200), (7, b"a" * 32, 400)]
    path.write_bytes(b"".join([_session(*one) for one in records]) + b"\7\0\0\0")
    return path


@pytest.mark.skipif(os.uname().machine not in linux._UTMP_MACHINES, reason="utmp has another form here")
def test_sessions_are_those_that_the_c_library_finds(utmp, monkeypatch):
    psutil = pytest.importorskip("psutil")
    plain = linux.UTMP
    monkeypatch.setattr(linux, "UTMP", str(utmp))
    assert linux.logged_in() == [(300, "grace"), (200, "ada"), (400, "a" * 32)]
    library = ctypes.CDLL(None)
    if not hasattr(library, "utmpname") or library.utmpname(os.fsencode(utmp)):
        pytest.skip("this C library reads no other utmp")
    try:
        assert [(user.started, user.name) for user in psutil.users()] == linux.logged_in()
    finally:
        library.utmpname(os.fsencode(plain))


def test_the_longest_session_comes_first_and_nobody_twice(utmp, monkeypatch):
    utmp.write_bytes(utmp.read_bytes()[:-4] + _session(7, b"ada", 900))
    monkeypatch.setattr(linux, "UTMP", str(utmp))
    assert machine.sessions() == ["ada", "grace", "a" * 32]


def test_without_utmp_logind_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(linux, "UTMP", str(tmp_path / "none"))
    monkeypatch.setattr(linux, "SESSIONS", str(tmp_path / "sessions"))
    assert linux.logged_in() == []
    (tmp_path / "sessions").mkdir()
    known = [("2", "grace", "user", 300), ("c1", "gdm", "greeter", 1), ("3", "ada", "user-early", 200)]
    for name, user, kind, seconds in known:
        told = f"# This is private data. Do not parse.\nUID=1000\nUSER={user}\nCLASS={kind}\nREALTIME={seconds}000000\n"
        (tmp_path / "sessions" / name).write_text(told)
        os.mkfifo(tmp_path / "sessions" / (name + ".ref"))
    (tmp_path / "sessions" / ".#4half").write_text("USER=eve\n")
    assert sorted(linux.logged_in()) == [(200, "ada"), (300, "grace")]
    assert machine.sessions() == ["ada", "grace"]


def test_an_answer_that_is_none_of_a_route_is_no_route():
    error = struct.pack("=IHHII", 36, 2, 0, 1, 0) + b"\0" * 20
    assert linux._told(socket.AF_INET, error) is None


def test_a_recorder_imports_nothing_dear(tmp_path):
    """It starts beside somebody's pip, on the same cores."""
    script = "import sys; from guard.nvm.record import main; main(['', %r]); print(' '.join(sys.modules))" % str(
        tmp_path
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, %r); %s" % (str(ROOT), script)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert "guard.nvm.dispatch" in loaded
    assert not loaded & {"psutil", "subprocess", "socket", "logging", "http", "ssl", "click", "requests", "tomllib"}
