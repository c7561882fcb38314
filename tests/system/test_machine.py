"""install.sh --system: one installation of root's stands in front of every user, however pip is started."""

import json
import shlex

import pytest

from tests.support.tools import ROOT
from tests.system.conftest import ADA, BARE_PATH, BOB, INSTALL

NAME = "typoguard-test-blocked"
REFUSED = 77
USERS = pytest.mark.parametrize("uid", [0, ADA], ids=["root", "a user"])


def download(index, name=NAME):
    """The words after pip that fetch ``name`` from the index on loopback, and touch nothing but a folder."""
    return ["download", "--no-cache-dir", "--no-deps", "--index-url", index.url, "-d", "/dev/shm/nowhere", name]


def events(machine, uid):
    """Every event of one user, as root sees them."""
    machine.run("guard", "events")
    done = machine.sh(f"cat /var/lib/typoguard/events/{uid}.jsonl")
    return [json.loads(line) for line in done.stdout.splitlines()]


# --- what is on the machine -------------------------------------------------------------------------------------------


def test_it_ends_by_showing_a_refusal_and_its_event(installed):
    assert NAME in installed.stderr and "refused" in installed.stderr
    assert "guard stands" in installed.stdout


def test_everything_is_roots_and_users_write_only_what_is_theirs(system):
    find = "find /opt/typoguard /etc/typoguard /var/lib/typoguard ! -type l -printf '%m %u %p\\n'"
    lines = [line.split(" ", 2) for line in system.sh(find).stdout.splitlines()]
    found = {path: f"{mode} {user}" for mode, user, path in lines}
    assert found["/opt/typoguard"] == "755 root"
    assert {mode for path, mode in found.items() if path.startswith("/var/lib/typoguard/users/0")} <= {
        "700 root", "644 root", "600 root"}  # fmt: skip
    assert found["/var/lib/typoguard/journal"] == found["/var/lib/typoguard/users"] == "1733 root"
    assert found["/var/lib/typoguard/list"] == "755 root"
    assert found["/var/lib/typoguard/events"] == found["/var/lib/typoguard/spool"] == "700 root"
    writable = [path for path, mode in found.items() if int(mode.split()[0], 8) & 0o022]
    assert sorted(writable) == ["/var/lib/typoguard/journal", "/var/lib/typoguard/users"]
    assert all(mode.endswith(" root") for mode in found.values())


def test_an_upgrade_in_place_and_an_installer_with_a_tight_umask(system, source):
    words = shlex.join(["sh", INSTALL, "--system", *map(str, source)])
    done = system.sh(f"umask 077; exec {words}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert system.run("pip", "download", "--no-index", NAME, uid=ADA).returncode == REFUSED
    assert "venv.2" in system.run("readlink", "/opt/typoguard/venv").stdout


def test_the_marker_of_an_externally_managed_environment_stays(system, own_pip):
    marker = system.sh("cat /usr/lib/python3*/EXTERNALLY-MANAGED").stdout
    if not marker:
        pytest.skip("this distribution's Python is not externally managed")
    done = system.run("pip", "install", "--no-index", "goodpkg-alpha")
    assert done.returncode == 1 and "externally-managed-environment" in done.stderr


def test_a_second_kind_of_guard_in_the_same_place_is_refused(system, source):
    done = system.run("sh", INSTALL, "--prefix", "/opt/typoguard", *map(str, source))
    assert done.returncode == 2 and "of another kind" in done.stderr


# --- first on PATH ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["sh -lc", "bash -lc", "bash -ic", "bash -lic", "zsh -ic", "zsh -lic", "fish -c"])
@USERS
def test_a_shell_has_the_shims_first(system, own_pip, shell, uid):
    name, option = shell.split()
    if system.sh(f"command -v {name}").returncode:
        pytest.skip(f"there is no {name} on this machine")
    done = system.run(name, option, "sh -c 'command -v pip'", uid=uid, path="/usr/bin:/bin")
    assert done.stdout.splitlines()[-1:] == ["/opt/typoguard/shims/pip"], done.stderr


PATHS = {
    "Debian's sudo, systemd, a container": BARE_PATH,
    "sshd, su": "/usr/local/bin:/usr/bin:/bin:/usr/games",
    "a crontab of /etc": "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
@USERS
def test_where_no_start_file_is_read(system, own_pip, local_index, path, uid):
    where = system.sh("command -v pip", uid=uid, path=path).stdout.strip()
    assert where in ("/usr/local/sbin/pip", "/usr/local/bin/pip")
    done = system.run("pip", *download(local_index), uid=uid, path=path)
    assert done.returncode == REFUSED and "Nothing was run and nothing was fetched" in done.stderr
    assert not local_index.requests
    good = system.run("pip", *download(local_index, "goodpkg-beta"), uid=uid, path=path)
    assert local_index.asked_for("goodpkg-beta"), good.stderr


WAYS = {
    "an absolute path": "/usr/bin/pip",
    "python3 -m pip": "/usr/bin/python3 -m pip",
    "isolated": "/usr/bin/python3 -I -m pip",
    "cron": "pip",  # whose PATH is /usr/bin:/bin
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@USERS
def test_what_no_shim_can_stand_before_meets_the_protected_python(system, own_pip, local_index, way, uid):
    done = system.run(*way.split(), *download(local_index), uid=uid, path="/usr/bin:/bin")
    assert done.returncode == REFUSED, done.stderr
    assert not local_index.requests
    assert NAME in [event.get("package_name") for event in events(system, uid)]


def test_with_the_real_sudo(system, own_pip, local_index):
    if system.sh("command -v sudo").returncode:
        pytest.skip("there is no sudo on this machine")
    done = system.run("sudo", "-n", "pip", *download(local_index))
    assert done.returncode == REFUSED and not local_index.requests


def test_a_name_that_is_taken_is_left_alone(system, own_pip):
    """The administrator's own /usr/local/bin/pip3 stays, and sudo still meets the shim before it."""
    system.sh("rm /usr/local/bin/pip3; printf '#!/bin/sh\\necho mine\\n' >/usr/local/bin/pip3; chmod 755 /usr/local/bin/pip3")
    try:
        assert system.run("guard", "shims").returncode == 0
        assert system.run("pip3", path="/usr/local/bin:/usr/bin").stdout == "mine\n"
        assert system.run("pip3", "download", "--no-index", NAME).returncode == REFUSED
    finally:
        system.sh("rm /usr/local/bin/pip3; guard shims")
    assert system.run("readlink", "/usr/local/bin/pip3").stdout == "/opt/typoguard/shims/pip3\n"


def test_with_the_tree_deleted_everything_runs_as_before(system, own_pip):
    system.sh("mv /opt/typoguard /opt/gone")
    try:
        for shell in ("sh -lc", "bash -ic"):
            done = system.run(*shell.split(), "pip --version; python3 -c 'print(6*7)'", uid=ADA)
            assert "pip " in done.stdout and "42" in done.stdout
        assert system.sh("command -v pip").stdout.strip() == own_pip
    finally:
        system.sh("mv /opt/gone /opt/typoguard")


# --- one user and the others ------------------------------------------------------------------------------------------


def pip(machine, uid, *words, **more):
    return machine.run("pip", "download", "--no-index", "-d", "/dev/shm/nowhere", *words, uid=uid, **more)


def test_su_runuser_and_a_name_in_the_password_file(system, own_pip):
    for become in (["su", "-s", "/bin/sh", "nobody", "-c"], ["runuser", "-u", "nobody", "--", "sh", "-c"]):
        done = system.run(*become, f"pip download --no-index {NAME}; echo $?")
        assert done.stdout.splitlines()[-1:] == ["77"], done.stderr
    uid = int(system.run("id", "-u", "nobody").stdout)
    assert {event["user_principal"] for event in events(system, uid)} == {"nobody"}


def test_a_user_lets_a_name_through_for_himself_alone(system, own_pip):
    done = system.run("guard", "allow", NAME, "--reason", "mine", uid=ADA)
    assert done.returncode == 0, done.stderr
    assert pip(system, ADA, NAME).returncode == 1  # pip itself finds nothing, with no index
    assert pip(system, BOB, NAME).returncode == pip(system, 0, NAME).returncode == REFUSED
    assert NAME in system.run("guard", "allow", "--list", uid=ADA).stdout
    assert NAME not in system.run("guard", "allow", "--list", uid=BOB).stdout
    assert system.run("guard", "allow", "--remove", NAME, uid=ADA).returncode == 0
    assert pip(system, ADA, NAME).returncode == REFUSED
    told = [event for event in events(system, ADA) if event["guard_event"] == "allow"]
    assert [event["guard_name"] for event in told] == [NAME]


def test_once_is_once(system, own_pip):
    assert system.run("guard", "allow", NAME, "--reason", "a look", "--once", uid=ADA).returncode == 0
    assert [pip(system, ADA, NAME).returncode for _ in range(2)] == [1, REFUSED]


def test_root_lets_a_name_through_for_all_whatever_his_umask(system, own_pip):
    assert system.run("guard", "allow", NAME, "--reason", "ours", "--system", uid=ADA).returncode == 65
    done = system.sh(f"umask 077; guard allow {NAME} --reason ours --system")
    assert done.returncode == 0, done.stderr
    assert [pip(system, uid, NAME).returncode for uid in (0, ADA, BOB)] == [1, 1, 1]


def test_a_folder_that_another_user_laid_is_not_believed(system, own_pip):
    theirs = f"/var/lib/typoguard/users/{BOB}"
    laid = system.sh(f"mkdir -p {theirs}/allow && printf 'reason=x\\nuntil=2999-01-01\\n' >{theirs}/allow/{NAME} &&"
                     f"printf 'mode = \"audit\"\\n' >{theirs}/guard.toml && chmod -R 777 {theirs}", uid=ADA)  # fmt: skip
    assert laid.returncode == 0, laid.stderr
    assert pip(system, BOB, NAME).returncode == REFUSED
    done = system.run("guard", "allow", NAME, "--reason", "x", uid=BOB)
    assert done.returncode == 65 and "belongs to another user" in done.stderr and "Traceback" not in done.stderr
    assert system.run("guard", "status", uid=BOB).returncode == 0


def test_a_link_that_another_user_laid_is_not_followed(system, own_pip):
    system.sh(f"mkdir -p /var/tmp/home-{BOB}/x/allow && printf 'until=2999-01-01\\n' >/var/tmp/home-{BOB}/x/allow/{NAME}",
              uid=BOB)  # fmt: skip
    assert system.sh(f"ln -s /var/tmp/home-{BOB}/x /var/lib/typoguard/users/{BOB}", uid=ADA).returncode == 0
    assert pip(system, BOB, NAME).returncode == REFUSED


@pytest.mark.parametrize("laid", ["touch {0}", "mkfifo {0}", "ln -s /etc/shadow {0}", "mkdir {0}"])
def test_a_journal_that_another_user_laid(system, own_pip, laid):
    """A refusal stands, on_error decides on the rest, and root's collector clears it away."""
    journal = f"/var/lib/typoguard/journal/{BOB}.jsonl"
    assert system.sh(laid.format(journal), uid=ADA).returncode == 0
    assert pip(system, BOB, NAME).returncode == REFUSED
    done = pip(system, BOB, "goodpkg-alpha", GUARD_ON_ERROR="block")
    assert done.returncode == 78 and done.stderr.count("\n") == 1, done.stderr
    assert pip(system, BOB, "goodpkg-alpha").returncode == 1  # pip ran, and found nothing
    system.sh("cksum /etc/shadow >/var/tmp/before; guard events >/dev/null; cksum /etc/shadow | cmp - /var/tmp/before")
    assert system.sh(f"test -e {journal} -o -h {journal}").returncode == 1
    assert pip(system, BOB, "goodpkg-alpha", GUARD_ON_ERROR="block").returncode == 1
    assert system.run("stat", "-c", "%u %a", journal).stdout == f"{BOB} 600\n"


def test_no_user_reads_lists_or_removes_what_is_anothers(system, own_pip):
    pip(system, BOB, NAME)
    state = "/var/lib/typoguard"
    for attempt in (f"ls {state}/journal", f"cat {state}/journal/{BOB}.jsonl", f"rm -f {state}/journal/{BOB}.jsonl",
                    f"echo x >>{state}/journal/{BOB}.jsonl", f"ls {state}/users", f"ls {state}/users/{BOB}",
                    f"ls {state}/events", f"touch {state}/list/x", f"rm -rf {state}/journal", "touch /opt/typoguard/x",
                    f"mv {state}/journal/{BOB}.jsonl {state}/journal/x"):  # fmt: skip
        assert system.sh(attempt, uid=ADA).returncode != 0, attempt
    assert system.sh(f"cat {state}/journal/{BOB}.jsonl", uid=BOB).returncode == 0


# --- root's side ------------------------------------------------------------------------------------------------------


def test_events_are_collected_by_root_and_told_by_account(system, own_pip):
    before = {uid: len(events(system, uid)) for uid in (ADA, BOB)}
    for uid in (ADA, BOB, BOB):
        pip(system, uid, NAME)
    done = system.run("guard", "events", uid=ADA)
    assert done.returncode == 0 and "run it as root" in done.stderr
    assert "kept by the administrator" in system.run("guard", "status", uid=ADA).stdout
    new = {uid: events(system, uid)[before[uid] :] for uid in (ADA, BOB)}
    assert [len(found) for found in new.values()] == [1, 2]
    assert {event["user_principal"] for event in new[ADA]} == {str(ADA)}
    assert {event["guard_action"] for event in new[BOB]} == {"blocked"}


def test_a_users_hunt_does_not_find_nothing_in_what_it_may_not_read(system, own_pip):
    done = system.run("guard", "hunt", uid=ADA)
    assert done.returncode == 2 and "run it as root" in done.stderr, done.stdout


def test_the_collectors_line_for_cron(system, own_pip):
    """What cron would run each minute: it collects, and compiles root's settings for those who cannot."""
    system.write("/etc/typoguard/guard.toml", 'mode = "warn"\n')
    table = [line for line in system.run("cat", "/etc/cron.d/typoguard-collect").stdout.splitlines() if line[0] != "#"]
    if not table:
        pytest.skip("systemd runs the collector here")
    *when, user, line = table[0].split(None, 6)
    assert when == ["*"] * 5 and user == "root" and "%" not in line
    pip(system, ADA, NAME)
    count = len(system.sh(f"cat /var/lib/typoguard/events/{ADA}.jsonl").stdout.splitlines())
    done = system.run("/bin/sh", "-c", line, path="/usr/bin:/bin")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    log = system.sh(f"cat /var/lib/typoguard/events/{ADA}.jsonl").stdout.splitlines()
    assert len(log) == count + 1 and json.loads(log[-1])["guard_action"] == "warned"
    assert system.run("stat", "-c", "%u %a", "/etc/typoguard/guard.toml.compiled").stdout == "0 644\n"


def test_systemds_units_by_its_own_verifier(system, tmp_path):
    if system.sh("command -v systemd-analyze").returncode:
        pytest.skip("there is no systemd-analyze on this machine")
    script = """
    mkdir -p /var/tmp/units && cd /var/tmp/units
    sed 's|@PYTHON@|/opt/typoguard/venv/bin/python|; s|@PREFIX@|/opt/typoguard|' "$0"/typoguard-collect.service >typoguard-collect.service
    cp "$0"/typoguard-collect.timer . && systemd-analyze verify ./typoguard-collect.timer ./typoguard-collect.service
    """
    done = system.run("sh", "-c", script, str(ROOT / "installer" / "units" / "systemd"))
    system.sh("rm -r /var/tmp/units")
    if "Failed to initialize manager" in done.stderr:
        pytest.skip("systemd-analyze needs a running systemd here")
    assert done.returncode == 0 and "typoguard" not in done.stderr, done.stderr


def test_roots_settings_bind_every_user_who_may_only_tighten(system, own_pip):
    system.write("/etc/typoguard/guard.toml", 'mode = "enforce"\n[actions]\nother = "warn"\n')
    system.sh(f"mkdir -p -m 700 /var/lib/typoguard/users/{ADA} && echo 'mode = \"audit\"' "
              f">/var/lib/typoguard/users/{ADA}/guard.toml", uid=ADA)  # fmt: skip
    assert pip(system, ADA, NAME, GUARD_MODE="audit").returncode == REFUSED
    system.write("/etc/typoguard/guard.toml", 'on_error = "allow"\n')
    assert pip(system, ADA, NAME).returncode == 1  # where root says nothing of it, a user's own file counts
    assert pip(system, BOB, NAME).returncode == REFUSED
    system.write("/etc/typoguard/guard.toml", "[allow]\nusers = false\n")
    done = system.run("guard", "allow", NAME, "--reason", "x", uid=BOB)
    assert "switches users' allowances off" in done.stderr
    assert pip(system, BOB, NAME).returncode == REFUSED


def test_a_synced_list_serves_every_user_whatever_roots_umask(system, own_pip):
    block = "/etc/typoguard/block.csv"
    system.write(block, "name,reason\ninvented-bad-name,ours\n")
    done = system.sh("umask 077; guard sync --source system-block")
    assert done.returncode == 0, done.stderr
    try:
        assert pip(system, ADA, "invented-bad-name").returncode == REFUSED
    finally:
        system.sh("rm -rf /var/lib/typoguard/list/*")
    assert system.run("guard", "sync", "--source", "system-block", uid=ADA).returncode == 65


def test_an_environment_that_a_user_makes_is_born_protected_and_told_at_the_end(system, own_pip):
    """The last test of this file shows that it is taken out of it again."""
    venv = f"/var/tmp/home-{ADA}/venv"
    done = system.run("/usr/bin/python3", "-m", "venv", venv, uid=ADA)
    assert done.returncode == 0, done.stderr
    assert system.run(f"{venv}/bin/python", "-m", "pip", "download", "--no-index", NAME, uid=ADA).returncode == REFUSED
    assert venv in system.sh(f"cat /var/lib/typoguard/users/{ADA}/protected").stdout


def test_an_environment_that_a_user_had_before_is_guarded_too(system, own_pip):
    """It reads the sitecustomize.py of the distribution's Python, where the distribution's own lines stay."""
    venv = f"/var/tmp/home-{BOB}/venv"
    assert system.run("/usr/bin/python3", "-m", "venv", venv, uid=BOB).returncode == 0
    assert system.sh(f"rm {venv}/lib/python3*/site-packages/typoguard.pth").returncode == 0
    done = system.run(f"{venv}/bin/pip", "download", "--no-index", NAME, uid=BOB)
    assert done.returncode == REFUSED, done.stderr
    (path,) = system.sh("ls /usr/lib/python3.*/sitecustomize.py").stdout.splitlines()
    compiled = f"import importlib.util as u; print(u.cache_from_source({path!r}))"
    newer = system.run("/usr/bin/python3", "-c", compiled).stdout.strip()
    assert system.sh(f"test -s {newer} && stat -c %U:%a {newer} $(readlink -f {path})").stdout == "root:644\n" * 2


@pytest.mark.parametrize("words", [["uninstall", "--yes"], ["shims"]])
def test_what_only_root_may_do(system, words):
    done = system.run("guard", *words, uid=ADA)
    assert done.returncode == 2 and "sudo /opt/typoguard/bin/guard" in done.stderr
