"""Real receivers on loopback: rsyslog with every input, an HTTP Event Collector. Each is a process to kill."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).parent
START = 20.0  # seconds
_RSYSLOG = """
global(workDirectory="{folder}"{tls_global})
module(load="imudp")
module(load="imtcp"{tls_module})
module(load="imuxsock" SysSock.Use="off")
template(name="told" type="string"
  string="%pri% %timestamp:::date-rfc3339,date-utc% %hostname% %app-name% %procid% %msgid%\\t%msg:::drop-last-lf%\\n")
ruleset(name="keep") {{ action(type="omfile" file="{folder}/messages" template="told") }}
input(type="imudp" address="127.0.0.1" port="{udp}" ruleset="keep")
input(type="imtcp" address="127.0.0.1" port="{tcp}" ruleset="keep"{plain})
input(type="imuxsock" Socket="{folder}/log" UseSpecialParser="off" ruleset="keep")
{tls_input}
"""
_TLS_MODULE = ' StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"'


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(true, seconds=START):
    """Wait until ``true()`` is; its value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen within %s seconds" % seconds)


class Process:
    def start(self, words):
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stderr.close()


class Rsyslog(Process):
    """``udp``, ``tcp``: ports (``tcp`` speaks TLS where ``tls`` was asked for); ``local``: the socket's path."""

    def __init__(self, folder, certificates=None):
        program = shutil.which("rsyslogd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if program is None:
            pytest.skip("there is no rsyslogd on this machine")
        self.folder = pathlib.Path(folder)
        self.udp, self.tcp, self.local = free_port(socket.SOCK_DGRAM), free_port(), str(self.folder / "log")
        tls_global = tls_module = ""
        if certificates:
            tls_global = "".join(
                f' defaultNetstreamDriver{key}File="{certificates / name}"'
                for key, name in (("CA", "ca.pem"), ("Cert", "server.pem"), ("Key", "server.key"))
            )
            tls_module = _TLS_MODULE
        (self.folder / "conf").write_text(
            _RSYSLOG.format(folder=folder, udp=self.udp, tcp=self.tcp, tls_global=tls_global, tls_module=tls_module,
                            plain="", tls_input="")
        )  # fmt: skip
        self.start([program, "-n", "-f", str(self.folder / "conf"), "-i", str(self.folder / "pid")])
        until(self._listens)

    def _listens(self):
        assert self.process.poll() is None, self.process.stderr.read().decode()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.tcp), 1):
            return os.path.exists(self.local)
        return False

    def messages(self):
        """[(header words, message)] of what has arrived."""
        try:
            lines = (self.folder / "messages").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(head.split(), body.removeprefix(" ")) for head, _, body in (line.partition("\t") for line in lines)]


class Collector(Process):
    """The HTTP Event Collector. It comes back on the same port."""

    def __init__(self, folder, certificates=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.certificates = [str(certificates)] if certificates else []
        self.port = free_port()
        self.again()

    def again(self):
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "port").unlink()
        self.start([sys.executable, str(HERE / "hec_server.py"), str(self.port), str(self.folder), *self.certificates])
        until((self.folder / "port").exists)

    def mood(self, mood):
        (self.folder / "mood").write_text(mood)

    def events(self):
        """What was taken and synced, whole lines only."""
        try:
            data = (self.folder / "events").read_bytes()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in data.split(b"\n")[:-1]]

    def requests(self):
        return (self.folder / "requests").read_text().splitlines()


def certificates(folder):
    """A CA of this test's own, and a server's certificate for 127.0.0.1 by it. Their folder."""
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl on this machine")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(*new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test ca",
            "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl(*new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
            "server.pem", "-days", "2", "-extfile", "ext")  # fmt: skip
    return folder
