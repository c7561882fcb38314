"""The integrity level of a process, as NVM writes it: the number of its Windows label, in decimal.

Linux and macOS have no such label: theirs is a stand-in, from the account. On Windows the label itself is read; guard
as a whole does not run there (docs/coverage.md). A CPython for Windows reads it in a long test, under Wine.
"""

import sys

from .fields import UNKNOWN

MEDIUM = "8192"  # an ordinary account
HIGH = "12288"  # root, come to by a person (a login, sudo)
SYSTEM = "16384"  # root, as a service: pid 1 and its children

# winnt.h
_PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
_TOKEN_QUERY = 0x8
_TOKEN_INTEGRITY_LEVEL = 25  # of TOKEN_INFORMATION_CLASS
_LABEL_AUTHORITY = 16  # SECURITY_MANDATORY_LABEL_AUTHORITY: a label is the SID S-1-16-LEVEL
_SID_HEAD = 8  # bytes: revision, count, six of the authority; then ``count`` numbers of four bytes, the low byte first


def integrity(known):
    """The level of a process (guard.core.process.describe); never empty, since the search groups by it."""
    if sys.platform == "win32":
        return label(_sid(known.get("pid"))) or UNKNOWN
    if known.get("uid") != 0:
        return MEDIUM
    return SYSTEM if known.get("pid") == 1 or known.get("ppid") == 1 else HIGH


def label(sid):
    """The level that a label's SID (bytes) ends in, as decimal text; "" where it is no label."""
    if len(sid) < _SID_HEAD + 4 or len(sid) != _SID_HEAD + 4 * sid[1]:
        return ""
    if int.from_bytes(sid[2:_SID_HEAD], "big") != _LABEL_AUTHORITY:
        return ""
    return str(int.from_bytes(sid[-4:], "little"))


def _sid(pid):
    """The SID of the label on the token of process ``pid``; b"" where Windows does not say."""
    import ctypes
    from ctypes import wintypes

    windows = ctypes.WinDLL  # type: ignore[attr-defined]  # only Windows has it
    kernel, security = windows("kernel32"), windows("advapi32")
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    security.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
    security.GetTokenInformation.argtypes = [
        wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD)]  # fmt: skip
    process = kernel.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, False, pid or 0)
    if not process:
        return b""
    token = wintypes.HANDLE()
    try:
        if not security.OpenProcessToken(process, _TOKEN_QUERY, ctypes.byref(token)):
            return b""
        size = wintypes.DWORD()
        security.GetTokenInformation(token, _TOKEN_INTEGRITY_LEVEL, None, 0, ctypes.byref(size))  # it says how long
        told = ctypes.create_string_buffer(max(size.value, ctypes.sizeof(ctypes.c_void_p)))
        if not security.GetTokenInformation(token, _TOKEN_INTEGRITY_LEVEL, told, len(told), ctypes.byref(size)):
            return b""
        # TOKEN_MANDATORY_LABEL begins with a pointer to the SID, which stands further on in the same buffer.
        sid = ctypes.c_void_p.from_buffer(told).value
        return ctypes.string_at(sid, _SID_HEAD + 4 * ctypes.string_at(sid, 2)[1])
    finally:
        if token:
            kernel.CloseHandle(token)
        kernel.CloseHandle(process)
