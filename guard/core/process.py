"""What the kernel says of this process and its parent, read now because it will be gone later.

Linux: /proc. Elsewhere the recorder asks psutil; only what the interpreter itself knows stands here.
"""

from . import kernel as os


def describe(pid):
    """{pid, exe, args, uid, start} of a process; what cannot be read is left out.

    exe: path of the image; args: list of str, argv[0] included; uid: real user id; start: clock ticks since boot
    (field 22 of /proc/PID/stat), which tells a process from a later one with the same pid.
    """
    known = {"pid": pid}
    base = "/proc/%d/" % pid
    try:
        known["exe"] = os.readlink(base + "exe")
    except OSError:
        pass  # another user's process, or no /proc
    args = _read(base + "cmdline")
    if args:
        known["args"] = [os.fsdecode(word) for word in args.split(b"\0")[:-1]]
    stat = _read(base + "stat")
    if stat:
        fields = stat[stat.rfind(b")") + 2 :].split()  # the name in brackets may hold blanks and brackets
        known["ppid"], known["start"] = int(fields[1]), int(fields[19])
    try:
        known["uid"] = os.stat(base).st_uid
    except OSError:
        pass
    return known


def _read(path):
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        chunks = []
        while True:
            chunk = os.read(fd, 65536)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
    except OSError:
        return b""
    finally:
        os.close(fd)
