"""What a person reads on stderr: plain, short, safe for a terminal, with one command ready to paste.

The same text serves the shim, the resolver and ``guard check``.
"""

from . import kernel as os
from .errors import CannotJudge
from .home import shipped
from .mask import mask, mask_words
from .table import Table
from .verdict import ALLOW, BLOCK, UNSEEN

SHOWN = 10  # findings written out; a lock file full of them is summed up
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_")
_LONGEST = 200  # characters of a requirement shown


def printable(text):
    """``text`` without anything a terminal would act on: control characters and bytes that were not UTF-8 become ?."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "?" for c in text])


def count(number, noun):
    """A number of things in words: ``1 name``, ``2 names``."""
    return "%d %s%s" % (number, noun, "" if number == 1 else "s")


def quote(word):
    """A word as a POSIX shell needs it quoted; shlex would import re."""
    if word and _SAFE.issuperset(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def shell_line(words):
    """A command line ready to paste, credentials masked; "" where a word holds what no one should paste."""
    line = " ".join([quote(word) for word in mask_words(words)])
    return line if printable(line) == line else ""


NOTHING_RAN = "Nothing was run and nothing was fetched."


def text(words, findings, names, home, environ, colour=False, outcome=NOTHING_RAN):
    """The lines to print for the findings of a command (``words``: tool and arguments); "" where nothing is to be said.

    ``names`` is the List in force: only a popular name that it does not hold is ever suggested. ``outcome``: what a
    refusal prevented.
    """
    said = [f for f in findings if f.verdict != ALLOW]
    if not said:
        return ""
    blocked = [f for f in said if f.verdict == BLOCK]
    paint = _Paint(colour)
    line = shell_line(words)
    what = (": " + (line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…")) if line else ""
    lines = [paint.bad("guard: refused") + what if blocked else paint.mild("guard: warning") + what]
    meant = {}
    for finding in (blocked or said)[:SHOWN]:
        lines.append("  " + _sentence(finding, paint))
        if finding.imitates and good_name(finding.imitates, names):
            meant[finding.text] = finding.imitates
    left = len(blocked or said) - SHOWN
    if left > 0:
        lines.append("  … and %d more: guard check -- %s" % (left, line or "COMMAND"))
    if meant:
        lines.append("  Did you mean:  " + paint.good(_suggestion(words, meant)))
    if blocked:
        lines.append("  " + outcome)
        lines.extend(_way_out(blocked, home, environ))
    return "\n".join(lines) + "\n"


def _sentence(finding, paint):
    if finding.kind == UNSEEN:
        what = printable(mask(finding.text))[:_LONGEST]
        return "%s cannot be checked: %s" % (paint.name(what), printable(finding.reason)) + _place(finding)
    name = finding.name + (
        "==" + printable(finding.version) if finding.version and finding.kind == "compromised" else ""
    )
    sources = ", ".join(finding.sources)
    proof = next((item for item in finding.evidence if item), "")
    basis = "; ".join([item for item in (sources, proof) if item])
    sentence = "%s %s" % (paint.name(name), printable(finding.reason))
    if basis:
        sentence += " [%s]" % printable(basis)
    return sentence + _place(finding)


def _place(finding):
    place = " (in %s)" % printable(finding.where) if finding.where else ""
    return place + (", required by %s" % printable(finding.via) if finding.via else "")


def _suggestion(words, meant):
    """The command with the names put right, or the right names where the wrong ones stand in a file."""
    if all(text in words for text in meant):
        line = shell_line([_renamed(word, meant[word]) if word in meant else word for word in words])
        if line:
            return line
    return ", ".join(meant.values())


def _renamed(word, right):
    """``right`` with the extras of ``word``; a release of the wrong project means nothing for the right one."""
    start, end = word.find("["), word.find("]")
    return right + word[start : end + 1] if 0 < start < end and "/" not in word else right


def good_name(name, names):
    """Whether ``name`` may be suggested: among the most downloaded projects, and not listed itself."""
    try:
        popular = Table(shipped("popular.csv"))
    except CannotJudge:  # a suggestion is a courtesy; without its table there is none
        return False
    try:
        entry = names.find(name)
        return popular.find(name) is not None and (entry is None or not entry.covers(""))
    finally:
        popular.close()


def _way_out(blocked, home, environ):
    names = list(dict.fromkeys(f.name for f in blocked if f.name))
    command = "guard" if _on_path(home, environ) else home.root + "/bin/guard"
    if not names:
        return ["  To see why:  %s check -- …   To let such commands run:  actions.unseen in guard.toml" % command]
    return ["  If you are sure:  %s allow %s --reason '…'" % (quote(command), " ".join(names[:3]))]


def _on_path(home, environ):
    return (home.root + "/bin") in [entry.rstrip("/") for entry in environ.get("PATH", "").split(":")]


def colour_wanted(fd, environ):
    """Whether ``fd`` is a terminal that takes colour; NO_COLOR and TERM=dumb are honoured."""
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and os.isatty(fd)


class _Paint:
    """Terminal colours, or none."""

    def __init__(self, colour):
        self.colour = colour

    def _in(self, code, text):
        return "\033[%sm%s\033[0m" % (code, text) if self.colour else text

    def bad(self, text):
        return self._in("1;31", text)

    def mild(self, text):
        return self._in("1;33", text)

    def good(self, text):
        return self._in("32", text)

    def name(self, text):
        return self._in("1", text)
