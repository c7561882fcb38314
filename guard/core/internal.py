"""Names that belong to an organisation's own index, and commands that would let another index answer for them.

    [names]
    internal = ["acme-*", "payroll"]                        # ``*`` stands for any letters, ``?`` for one
    internal_indexes = ["https://pypi.acme.example/simple"]  # those that may answer for them

An internal name is neither a look-alike nor unknown. It is a ``confusion`` where the command would let an index answer
for it that is not internal: an attacker can register the name there with a higher version (dependency confusion).
"""

from .command import NO_INDEX


def is_internal(name, patterns):
    """Whether a normalised name fits one of the patterns."""
    return any(_fits(name, _plain(pattern)) for pattern in patterns)


def confusion(name, settings_patterns, own_indexes, indexes):
    """Why another index could answer for ``name``: one clause; "" where the name is not internal or is safe.

    indexes  the URLs that may be asked for it, as in Command; empty: the tool's default, which is the public index
    """
    if not is_internal(name, settings_patterns):
        return ""
    if not indexes:
        return "is an internal name, and the command asks the public index"
    own = [_address(url) for url in own_indexes]
    for url in indexes:
        if url != NO_INDEX and not any(_within(_address(url), one) for one in own):
            return "is an internal name, and the command also asks %s" % _shown(url)
    return ""


def _plain(pattern):
    """A pattern in the form of a normalised name: lower case, runs of ``-_.`` as one ``-``."""
    plain = pattern.lower().replace("_", "-").replace(".", "-")
    while "--" in plain:
        plain = plain.replace("--", "-")
    return plain


def _fits(name, pattern):
    """Whether ``name`` fits ``pattern``; the last ``*`` is retried one letter further on, so this takes no more than
    len(name) * len(pattern) steps.
    """
    at = place = 0
    star, retry = -1, 0
    while at < len(name):
        if place < len(pattern) and pattern[place] == "*":
            star, retry = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in (name[at], "?"):
            at, place = at + 1, place + 1
        elif star >= 0:
            retry += 1
            at, place = retry, star + 1
        else:
            return False
    return not pattern[place:].strip("*")


def _address(url):
    """(scheme, host with its port, path) of an index URL: what decides who answers. Credentials are left out."""
    scheme, separator, rest = url.strip().partition("://")
    if not separator:  # a folder, or no URL at all: it is compared as it is written
        return "", "", url.strip().rstrip("/")
    rest = rest.partition("#")[0].partition("?")[0]
    host, _, path = rest.partition("/")
    host, backslash, more = host.partition("\\")  # urllib3 ends the host at either
    if backslash:
        path = backslash + more + "/" + path
    host = host.rpartition("@")[2].lower()
    scheme = scheme.lower()
    for end, of in ((":443", "https"), (":80", "http")):
        if scheme == of and host.endswith(end):
            host = host[: -len(end)]
    return scheme, host, "/" + path.strip("/")


def _within(address, own):
    """Whether an index lies at an internal one or below it; one with ``..`` in its path never does."""
    scheme, host, path = address
    if (scheme, host) != own[:2] or ".." in path.split("/") or "%2e" in path.lower() or "\\" in path:
        return False
    base = own[2].rstrip("/")
    return path == own[2] or path.rstrip("/") == base or path.startswith(base + "/")


def _shown(url):
    scheme, host, path = _address(url)
    return "%s://%s%s" % (scheme, host, path) if scheme else path
