"""It judges: a command's targets against the list, the settings and the allowances. No I/O but the look-ups."""

from .allowance import find as find_allowance
from .allowance import use_up
from .lookup import COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT
from .settings import SYSTEM
from .verdict import ALLOW, UNSEEN, Finding, capped

_REASONS = {
    MALICIOUS: "is listed as malicious",
    TYPOSQUAT: "is a listed typosquat",
    COMPROMISED: "is a compromised release",
    OTHER: "is listed as spam, research or a hacking tool",
}


class Judge:
    """Judges targets under one home, one list and one set of settings."""

    __slots__ = ("home", "names", "settings")

    def __init__(self, home, names, settings):
        self.home = home
        self.names = names  # guard.core.lookup.List
        self.settings = settings

    def command(self, command):
        """Every Finding of a Command, in its order, one for each name and release."""
        findings, seen = [], set()
        for target in command.targets:
            key = (target.name, target.version)
            if key in seen:
                continue
            seen.add(key)
            finding = self.target(target)
            if finding is not None:
                findings.append(finding)
        for unseen in command.unseen:
            findings.append(self.unseen(unseen))
        return findings

    def target(self, target):
        """The Finding on one Target, or None."""
        entry = self.names.find(target.name)
        if entry is None or not entry.covers(target.version):
            return None
        finding = Finding(target.name, target.text, ALLOW, entry.kind, _reason(entry), target.where, target.version)
        finding.imitates = entry.imitates
        finding.evidence = entry.evidence
        finding.sources = entry.sources
        self._decide(finding)
        return finding

    def unseen(self, unseen):
        """The Finding on a part of a command that cannot be read offline."""
        finding = Finding("", unseen.text, ALLOW, UNSEEN, unseen.reason, unseen.where)
        finding.verdict = capped(self.settings["actions." + UNSEEN], self.settings["mode"])
        return finding

    def _decide(self, finding):
        """Policy: the action of this kind, unless somebody strong enough let the name through; never above the mode."""
        key = "actions." + finding.kind
        action = self.settings[key]
        if action != ALLOW:
            allowance = find_allowance(self.home, finding.name, self.settings)
            # Root's word on this kind of name is undone by root's allowance alone.
            if allowance is not None and (allowance.layer == SYSTEM or self.settings.layer(key)[0] != SYSTEM):
                finding.allowed_by = "%s (%s)" % (allowance.reason or "no reason given", allowance.layer)
                action = ALLOW
        finding.verdict = capped(action, self.settings["mode"])


def use_up_once(home, findings, settings):
    """Take the ``--once`` entries that let these findings through. False where one was gone already."""
    for finding in findings:
        if finding.allowed_by:
            allowance = find_allowance(home, finding.name, settings)
            if allowance is None or (allowance.once and not use_up(allowance)):
                return False
    return True


def _reason(entry):
    reason = _REASONS.get(entry.kind, "is listed")
    if entry.kind == TYPOSQUAT and entry.imitates:
        reason += " of " + entry.imitates
    return entry.reason or reason
