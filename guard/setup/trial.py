"""Shows that guard stands: the test name that every list holds is typed at the shimmed pip, and must be refused."""

import os
import subprocess
import sys

from guard.core.errors import OUR_BUG, REFUSED

NAME = "typoguard-test-blocked"


def run(home):
    """Put the test name through the shim, show the refusal and its event. Returns 0, or 70 where it was not refused.

    Nothing could be fetched even if guard failed: pip gets no index, no configuration and no directory of wheels.
    """
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "GUARD_"))}
    environ["PIP_CONFIG_FILE"] = os.devnull
    environ["GUARD_MODE"] = "enforce"
    # guard's own pip comes last, for a machine that has no other.
    environ["PATH"] = os.pathsep.join([home.shims, os.environ.get("PATH", os.defpath), home.root + "/venv/bin"])
    words = ["pip", "install", "--no-index", NAME]
    print("\n$ %s" % " ".join(words), flush=True)
    shim = os.path.join(home.shims, "pip")
    done = subprocess.run([shim, *words[1:]], env=environ, check=False, stderr=subprocess.PIPE)
    sys.stderr.write(done.stderr.decode("utf-8", "replace"))
    sys.stderr.flush()
    if done.returncode != REFUSED:
        told = "install.sh: guard is installed, but %s was not refused (exit %d)" % (NAME, done.returncode)
        print(told, file=sys.stderr)
        return OUR_BUG
    command = [os.path.join(home.root, "bin", "guard"), "events", "--json"]
    print("\n$ %s | tail -1" % " ".join(command), flush=True)
    told = subprocess.run(command, capture_output=True, check=False)
    events = told.stdout.decode("utf-8", "replace").splitlines()
    if told.returncode or not events or NAME not in events[-1]:
        sys.stderr.write(told.stderr.decode("utf-8", "replace"))
        print("install.sh: guard refused, but shows no event of it (exit %d)" % told.returncode, file=sys.stderr)
        return OUR_BUG
    print(events[-1])
    print('\nguard stands. Open a new shell, or: export PATH=%s:"$PATH"' % home.shims)
    return 0
