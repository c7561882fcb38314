"""Program images: which interpreter runs a script, and the SHA-256 of a binary."""

import contextlib
import json
import os
import stat

from .files import folder, open_regular, read, replace

_FIRST = 4096  # bytes of a script in which its interpreter is told; the kernel reads 256
_KEPT = 500  # hashes remembered
_CHUNK = 1 << 20
LIMIT = 1 << 30  # bytes; a larger image is not hashed


def program(tool_path, cwd="", environ=None):
    """(image path, words before the tool's own arguments) with which the kernel would run the tool at ``tool_path``.

    A Python script's words are its interpreter's flags and its own path; a binary has none. A pyenv shim, which is a
    shell script, leads on to the tool that pyenv would choose.
    """
    tool_path = _behind_pyenv(tool_path, cwd, environ or {})
    words = shebang(tool_path)
    if not words:
        return os.path.realpath(tool_path), []
    if os.path.basename(words[0]) == "env":
        rest = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        near = [(environ or {}).get("VIRTUAL_ENV", "") + "/bin", os.path.dirname(tool_path)]
        found = _on_path(rest[0], near) if rest else ""
        words = [found or words[0], *rest[1:]]
    return os.path.realpath(words[0]), [*words[1:], tool_path]


def shebang(path):
    """The words of a script's first line, also where a long one hides behind ``#!/bin/sh`` and ``exec``; else []."""
    try:
        fd = open_regular(path)
    except (OSError, ValueError):
        return []
    try:
        head = os.read(fd, _FIRST)
    except OSError:
        return []
    finally:
        os.close(fd)
    if not head.startswith(b"#!"):
        return []
    first, _, rest = head.partition(b"\n")
    # pip and distlib write a path that is too long for the kernel, or holds a blank, as: '''exec' "/…/python" "$0" "$@"
    if rest.startswith(b"'''exec' "):
        command = rest[len(b"'''exec' ") :].partition(b"\n")[0]
        if command.startswith(b'"'):
            return [os.fsdecode(command[1:].partition(b'"')[0])]
        return [os.fsdecode(command.partition(b" ")[0])]
    words = first[2:].strip().split(None, 1)  # the kernel hands everything after the first word over as one
    return [os.fsdecode(word.strip()) for word in words]


def _on_path(name, near):
    """The program that ``env`` would find. The caller's PATH is gone; ``near`` is what it most likely began with."""
    for place in near + os.environ.get("PATH", os.defpath).split(os.pathsep):
        candidate = os.path.join(place, name)
        if os.path.isabs(candidate) and os.access(candidate, os.X_OK):
            return candidate
    return ""


def _behind_pyenv(tool_path, cwd, environ):
    """The tool of the version that pyenv would choose, where ``tool_path`` is one of pyenv's shims."""
    shims, name = os.path.split(tool_path)
    root = os.path.dirname(shims)
    if os.path.basename(shims) != "shims" or not os.path.isdir(root + "/versions"):
        return tool_path
    for version in [
        *environ.get("PYENV_VERSION", "").split(":"),
        *_local_versions(cwd),
        *_version_file(root + "/version"),
    ]:
        candidate = "%s/versions/%s/bin/%s" % (root, version, name)
        if version and os.path.exists(candidate):
            return candidate
    return tool_path


def _local_versions(cwd):
    while cwd:
        found = _version_file(cwd + "/.python-version")
        if found:
            return found
        above = os.path.dirname(cwd)
        if above == cwd:
            break
        cwd = above
    return []


def _version_file(path):
    data = read(path)
    return data.decode("utf-8", "replace").split() if data else []


class Hashes:
    """SHA-256 of images, remembered by path, inode, size and time of change, so that a binary is read once.

    ``owner``: None, or the user on whose word the path stands (``--system``): then only what everybody may read, or
    what is that user's own, is opened at all.
    """

    def __init__(self, cache, owner=None):
        self.path = cache + "/hashes.json"
        self.owner = owner
        self.known = {}
        self.fresh = False
        try:
            known = json.loads(read(self.path) or b"{}")
            if isinstance(known, dict):
                self.known = known
        except ValueError:
            pass  # torn by a power cut; it fills again

    def of(self, path, pid=0):
        """64 hex digits in upper case; "" where the image cannot be read. ``pid``: a process that surely runs it."""
        found = self._of(path)
        if not found and pid:  # deleted or replaced while it runs: the kernel still has it
            found = self._of("/proc/%d/exe" % pid)
        return found

    def _of(self, path):
        try:
            fd = open_regular(path)
        except (OSError, ValueError):
            return ""
        try:
            now = os.fstat(fd)
            if now.st_size > LIMIT or not self._may_read(now):
                return ""
            stamp = [now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns]
            kept = self.known.get(path)
            if isinstance(kept, list) and kept[:-1] == stamp:
                return kept[-1]
            digest = _digest(fd)
        except OSError:
            return ""
        finally:
            os.close(fd)
        if not path.startswith("/proc/"):
            self.known.pop(path, None)
            self.known[path] = [*stamp, digest]
            self.fresh = True
        return digest

    def _may_read(self, now):
        return self.owner is None or now.st_uid == self.owner or now.st_mode & stat.S_IROTH

    def save(self):
        """Keep what was learnt; a cache that cannot be kept is no error."""
        if not self.fresh:
            return
        newest = dict(list(self.known.items())[-_KEPT:])
        with contextlib.suppress(OSError):
            folder(os.path.dirname(self.path))
            replace(self.path, json.dumps(newest).encode())
        self.fresh = False


def _digest(fd):
    import hashlib

    digest = hashlib.sha256()
    while True:
        chunk = os.read(fd, _CHUNK)
        if not chunk:
            return digest.hexdigest().upper()
        digest.update(chunk)
