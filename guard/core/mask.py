"""Credentials never reach an event, a log or a refusal: each is replaced by ``***`` where it stands.

Masked: what stands before ``@`` in a URL (also without a scheme behind ``--proxy``); the value of a query or fragment
parameter, option, header or ``KEY=value`` word whose name speaks of a secret; a first path segment that can only be a
token (Cloudsmith, Gemfury); words that begin as the well-known forges' tokens do. Masking twice changes nothing. No
``re``: it costs 4 ms to import, and most words hold none of the few characters asked for first.
"""

STARS = "***"
_SECRET = (
    "token", "password", "passwd", "passphrase", "pwd", "secret", "apikey", "api_key", "api-key", "accesskey",
    "access_key", "access-key", "signature", "credential", "auth", "private_key", "private-key",
)  # fmt: skip
_SECRET_WHOLE = frozenset(("sig", "key", "jwt", "pass", "pat", "sas"))
_HEADERS = ("authorization", "proxy-authorization", "cookie")  # of HTTP
_FORGES = ("pypi-AgE", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "npm_", "AKIA", "hf_")
_FORGE_LENGTH = 8  # characters behind such a beginning; with fewer it is the name of something
_TOKEN_LENGTH = 16  # characters; shorter first segments of a path are words people chose
_ENDS = frozenset(" \t\r\n\v\f\"'<>")  # where a URL inside a longer text is over; quotes and blanks are never in one
_NO_VALUE = _ENDS | {"", "="}  # what follows a sign that assigns nothing
_QUOTES = ('"', "'")  # around a value, in a line that a shell is given: sh -c 'TOKEN="x" pip install y'
_COMPARISONS = ("==", ">=", "<=", "~=", "!=")  # what stands before their last sign is no name of anything
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def mask(text):
    """``text`` (str: a requirement, a URL, a line of a file) with every credential replaced."""
    if "://" in text:
        text = _urls(text)
    if "=" in text:
        text = _assignment(text)
    if " " in text and "--" in text:
        text = _starred(text, "--", _option)
    if ": " in text:
        text = _starred(text, ": ", _header)
    for prefix in _FORGES:
        if prefix in text:
            text = _starred(text, prefix, _forged)
    return text


def mask_all(texts):
    """Each of ``texts`` (list of str) masked, at the price of one: what is looked for never reaches over a line."""
    masked = mask("\n".join(texts)).split("\n")
    return masked if len(masked) == len(texts) else [mask(text) for text in texts]


def mask_words(words):
    """A command's words (list of str) masked one by one; ``--password x`` and ``--proxy u:p@h`` are two words each."""
    masked = []
    before = ""
    for word in words:
        if _takes_secret(before) and not word.startswith("--"):
            masked.append(STARS)
        elif before == "--proxy" and "@" in word and "://" not in word:
            masked.append(STARS + word[word.rfind("@") :])
        elif word.startswith("--proxy=") and "@" in word and "://" not in word:
            masked.append("--proxy=" + STARS + word[word.rfind("@") :])
        else:
            masked.append(mask(word))
        before = word
    return masked


def _urls(text):
    """Each URL in turn; the text is walked once, since an argument may be as long as the kernel takes."""
    done, start = [], 0
    scheme = text.find("://")
    while scheme >= 0:
        begin = scheme + 3
        end, scheme = _end(text, begin)
        done.append(text[start:begin])
        done.append(_url(text[begin:end]))
        start = end
    done.append(text[start:])
    return "".join(done)


def _end(text, begin):
    """(where the URL that goes on at ``begin`` ends, where the next ``://`` stands or -1)."""
    while True:
        scheme = text.find("://", begin)
        stop = scheme if scheme >= 0 else len(text)
        for end in range(begin, stop):
            if text[end] in _ENDS:
                return end, scheme
        if scheme < 0:
            return stop, scheme
        # A URL inside this one (a redirect in a query) is looked at in its turn; without a mark between the two it is
        # none, but a part of a password.
        cut = max(text.rfind(mark, begin, scheme) for mark in "?&#=@,+;/")
        if cut >= 0:
            return cut + 1, scheme
        begin = scheme + 3


def _url(rest):
    """What follows ``://``, as far as the URL goes."""
    end = min([at for at in (rest.find(mark) for mark in "/?#") if at >= 0] or [len(rest)])
    place, tail = rest[:end], rest[end:]
    at = place.rfind("@")
    if at < 0 and "@" in tail and not _is_port(place):
        # ``user:pa/ss@host``: no URL by the book, but what stands there is a password all the same.
        at, tail, place = rest.rfind("@"), "", rest
        end = min([cut for cut in (rest.find(mark, at) for mark in "/?#") if cut >= 0] or [len(rest)])
        place, tail = rest[:end], rest[end:]
    if at >= 0 and place[:at] != "git":  # ssh://git@host names an account that everybody shares
        place = STARS + place[at:]
    return place + _tail(tail)


def _is_port(place):
    """Whether the colon of ``host:8080`` leads a port (or there is none, or the host is an IPv6 address)."""
    host, colon, port = place.rpartition(":")
    return not colon or port.isdigit() or place.endswith("]") or (not port and ":" not in host)


def _tail(tail):
    """Path, query and fragment."""
    cut = min([at for at in (tail.find(mark) for mark in "?#") if at >= 0] or [len(tail)])
    path, rest = tail[:cut], tail[cut:]
    root, first, deeper = (path.split("/", 2) + ["", ""])[:3]
    if deeper and _is_token(first):
        path = "/".join((root, STARS, deeper))
    if "=" not in rest:
        return path + rest
    done, word = [], ""
    for letter in rest + "&":
        if letter in "?#&;":
            key, equals, _ = word.partition("=")
            done.append((key + equals + STARS if equals and _is_secret(key) else word) + letter)
            word = ""
        else:
            word += letter
    return path + "".join(done)[:-1]


def _is_token(segment):
    """A run of letters and digits, mixed, too long for a word: nobody names the root of an index so."""
    if len(segment) < _TOKEN_LENGTH or not segment.isalnum():
        return False
    return any(c.isdigit() for c in segment) and any(c.isalpha() for c in segment)


def _assignment(text):
    """``--token=x``, ``-Csetup-args=--password=x`` or ``API_KEY=x`` as one word: all behind the sign is the value."""
    rest = text
    for comparison in _COMPARISONS:  # of thousands of requirements that is all there is
        rest = rest.replace(comparison, "")
    if "=" not in rest:
        return text
    return _starred(text, "=", _assigned)


def _assigned(text, at, start):
    key = _key(text, at, start)
    return _value(text, at + 1, "&;#") if key and _is_secret(key) else None


def _starred(text, mark, value):
    """``text`` with STARS for each (begin, end) that ``value(text, at, start)`` gives for a ``mark`` at ``at``.

    What stands before ``start`` is done. None: there is nothing to hide.
    """
    done, start = [], 0
    at = text.find(mark)
    while at >= 0:
        end = at + len(mark)
        found = value(text, at, start)
        if found:
            begin, end = found
            done.append(text[start:begin] + STARS)
            start = end
        at = text.find(mark, end)
    done.append(text[start:])
    return "".join(done)


def _key(text, at, start):
    """The name that ends at ``at``."""
    key = at
    while key > start and text[key - 1] in _WORD:
        key -= 1
    return text[key:at]


def _word_end(text, at):
    """Where the word ends that begins at ``at``; ``at`` itself where none begins there."""
    end = at
    if at and text[at - 1] in _WORD:
        return end
    while end < len(text) and text[end] in _WORD:
        end += 1
    return end


def _value(text, at, ends=""):
    """(begin, end) of the value at ``at``, or None: of a quoted one inside its marks, or to the end of its line; of
    another to a blank, a quote or one of ``ends``.
    """
    if text[at : at + 1] in _QUOTES:
        line = text.find("\n", at)
        line = line if line >= 0 else len(text)
        end = text.find(text[at], at + 1, line)
        end = end if end >= 0 else line
        return (at + 1, end) if end > at + 1 else None
    if text[at : at + 1] in _NO_VALUE:
        return None
    end = at
    while end < len(text) and text[end] not in _ENDS and text[end] not in ends:
        end += 1
    return at, end


def _option(text, at, start):
    """``--password x`` in a line that a shell is given, one argument to the process that starts it."""
    end = _word_end(text, at)
    if text[end : end + 1] != " " or not _takes_secret(text[at:end]):
        return None
    value = _value(text, end + 1)
    return None if value is None or text[value[0]] == "-" else value


def _header(text, at, start):
    """``Authorization: Bearer x``, as curl is given it in a shell's line: hidden to the quote or the line's end."""
    key = _key(text, at, start)
    if key.lower() not in _HEADERS and not _is_secret(key):
        return None
    begin = end = at + 2
    while end < len(text) and text[end] not in "\"'\n":
        end += 1
    return (begin, end) if end > begin else None


def _takes_secret(option):
    """Whether the word behind ``option`` is its value, and a secret."""
    return option.startswith("--") and "=" not in option and _is_secret(option)


def _is_secret(key):
    key = key.lower().strip("-")
    return key in _SECRET_WHOLE or (any(word in key for word in _SECRET) and not key.startswith("author"))


def _forged(text, at, start):
    """A token by what it begins with, wherever it stands."""
    end = _word_end(text, at)
    prefix = next(prefix for prefix in _FORGES if text.startswith(prefix, at))
    return (at, end) if end - at - len(prefix) >= _FORGE_LENGTH else None
