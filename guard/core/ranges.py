"""Ranges of releases: ``>=1.0 <2.0`` among the versions of an entry. Loaded only where an entry has one.

Releases are in the order of PEP 440, which ``packaging`` implements upstairs with regular expressions; the gate has no
time to import those, and the resolver runs where there may be none.
"""

from .lookup import is_range

SIGNS = (">=", "<=", "<")
_PRE = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "rc": 2, "c": 2, "pre": 2, "preview": 2}
_POST = ("post", "rev", "r")
_WORDS = sorted([*_PRE, *_POST, "dev"], key=len, reverse=True)
_SEPARATORS = ".-_"
_LONGEST = 200  # characters of a version


def is_sound(text):
    """Whether a range compares with releases of PEP 440, and in no other way than this module knows."""
    return all(sign in SIGNS and key(bound) for sign, bound in bounds(text))


def is_endless(text):
    """Whether a range holds whatever is released from now on."""
    return is_range(text) and not any(sign.startswith("<") for sign, _ in bounds(text))


def holds(text, version):
    """Whether ``version`` lies in the range ``text``. A version that PEP 440 does not know comes before all others."""
    release = key(version)
    return all(_compare(release, sign, key(bound)) for sign, bound in bounds(text))


def bounds(text):
    """The comparisons of a range as [(sign, version)]; those of ``SIGNS``."""
    return [(word[:2], word[2:]) if word[1:2] == "=" else (word[:1], word[1:]) for word in text.split()]


def _compare(release, sign, bound):
    if sign == "<":
        return release < bound
    if sign == "<=":
        return release <= bound
    return release >= bound


def key(version):
    """What a version sorts by, a tuple; () for what is none by PEP 440."""
    text = version.strip().lower()
    if len(text) > _LONGEST or not text.isascii():
        return ()
    epoch, bang, rest = text[text.startswith("v") :].rpartition("!")
    public, plus, local = rest.partition("+")
    if bang and not epoch.isdigit():
        return ()
    parts = local.replace("-", ".").replace("_", ".").split(".") if plus else []
    if not all(part.isalnum() for part in parts):
        return ()
    tokens = _tokens(public)
    release = []
    while tokens and isinstance(tokens[0][1], int) and tokens[0][0] == ("." if release else ""):
        release.append(tokens.pop(0)[1])
    pre = _stage(tokens, _PRE)
    post = _post(tokens)
    dev = _stage(tokens, ("dev",))
    if tokens or not release:
        return ()
    while release and not release[-1]:
        release.pop()
    before = (3, 0) if pre is None else (_PRE[pre[0]], pre[1])
    if pre is None and post is None and dev is not None:
        before = (-1, 0)  # a development release of the final one comes before its alphas
    after = -1 if post is None else post
    made = (1, 0) if dev is None else (0, dev[1])
    behind = tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)  # numbers after words
    return int(epoch or 0), tuple(release), before, after, made, behind


def _tokens(text):
    """``1.0-rc1`` as [(separator before it, number or word)]; what no version has is a word of one character."""
    tokens, at = [], 0
    while at < len(text):
        separator = text[at] if text[at] in _SEPARATORS else ""
        at += len(separator)
        end = at
        while text[end : end + 1].isdigit():
            end += 1
        if end > at:
            tokens.append((separator, int(text[at:end])))
            at = end
        else:
            word = next((word for word in _WORDS if text.startswith(word, at)), text[at : at + 1])
            tokens.append((separator, word))
            at += max(1, len(word))
    return tokens


def _stage(tokens, words):
    """(word, number) of ``rc1``, ``.dev2`` or ``a``, taken off ``tokens``; None where none of ``words`` comes next."""
    if not tokens or tokens[0][1] not in words:
        return None
    word = tokens.pop(0)[1]
    return word, tokens.pop(0)[1] if tokens and isinstance(tokens[0][1], int) else 0


def _post(tokens):
    """The number of a post-release, also of the short form ``1.0-1``; None where there is none."""
    if tokens and tokens[0][0] == "-" and isinstance(tokens[0][1], int):
        return tokens.pop(0)[1]
    found = _stage(tokens, _POST)
    return None if found is None else found[1]
