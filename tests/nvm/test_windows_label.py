"""The integrity label read by a CPython for Windows, as Wine runs it: no stand-in for Windows, but its own calls.

Needs ``apt install wine64 gcc-mingw-w64-x86-64``. The interpreter's libraries come from a wheel that ships them (those of
panda3d, 65 MB); its start is two lines of C, its library this machine's.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.support.tools import ROOT, python

WHEEL = "panda3d==1.10.16"
START = "int __declspec(dllimport) Py_Main(int, wchar_t **); int wmain(int n, wchar_t **words) { return Py_Main(n, words); }"
ASK = """
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
from guard.nvm.integrity import integrity
print(integrity({"pid": os.getpid()}))
other = subprocess.Popen([sys.executable, "-E", "-c", "input()"], stdin=subprocess.PIPE)
print(integrity({"pid": other.pid}))
other.communicate(b"\\n")
print(integrity({"pid": 999_999_999}), integrity({}))
"""


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    """A function that runs a script in a CPython 3.11 for Windows and returns what it printed."""
    wine = shutil.which("wine64", path=os.pathsep.join([os.environ["PATH"], "/usr/lib/wine"]))
    compiler = shutil.which("x86_64-w64-mingw32-gcc")
    if not wine or not compiler:
        pytest.skip("apt install wine64 gcc-mingw-w64-x86-64")
    library = subprocess.run(
        [python("3.11"), "-I", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    folder = tmp_path_factory.mktemp("windows")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--platform", "win_amd64",
         "--python-version", "3.11", "-d", folder, WHEEL],
        check=True,
    )  # fmt: skip
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        for name in archive.namelist():
            if name.startswith("deploy_libs/"):
                (folder / pathlib.PurePosixPath(name).name).write_bytes(archive.read(name))
    left_out = shutil.ignore_patterns("lib-dynload", "site-packages", "test", "__pycache__")
    shutil.copytree(library, folder / "Lib", ignore=left_out)
    (folder / "start.c").write_text("#include <wchar.h>\n" + START)
    subprocess.run([compiler, "-municode", "start.c", "-o", "python.exe", "./python311.dll"], cwd=folder, check=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "WINEPREFIX": str(folder / "prefix"),
                   "WINEDEBUG": "-all", "WINEARCH": "win64"}  # fmt: skip

    def run(script, *words):
        return subprocess.run(
            [wine, "python.exe", "-E", "-B", "-c", script, *words],
            cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=300,
        ).stdout  # fmt: skip

    assert run("import sys; print(sys.platform)").split() == ["win32"]
    return run


@pytest.mark.long
def test_the_label_of_the_own_process_and_of_another(windows):
    """An administrator's, which is the only account that Wine knows; of a process that is not there, nothing."""
    assert windows(ASK, f"Z:{ROOT}").split() == ["12288", "12288", "Unknown", "Unknown"]
