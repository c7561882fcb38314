"""It judges: a command's targets against the list, the settings and the allowances. No I/O but the look-ups."""

from .allowance import find as find_allowance
from .allowance import use_up
from .lookup import COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT
from .settings import SYSTEM
from .verdict import ALLOW, BLOCK, UNSEEN, Finding, capped, strongest

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
        findings, seen, unlisted = [], set(), []
        listed = self.names.among({target.name for target in command.targets})
        for target in command.targets:
            name = target.name
            key = (name, target.version)
            if key in seen:
                continue
            seen.add(key)
            entry = self.names.find(name) if name in listed else None
            if entry is not None:
                finding = self._listed(target, entry)
                if finding is not None:
                    findings.append(finding)
            elif target.asked and not target.link:
                unlisted.append(target)
        findings += self.unlisted(unlisted, command.indexes)
        return findings + [self.unseen(unseen) for unseen in command.unseen]

    def settled(self, command):
        """As ``command``, for one that is about to run: the ``--once`` entries that let it through are used up."""
        findings = self.command(command)
        if strongest(findings) != BLOCK and not use_up_once(self.home, findings, self.settings):
            findings = self.command(command)  # an entry went to another command meanwhile
        return findings

    def target(self, target):
        """The Finding of the list on one Target, or None."""
        entry = self.names.find(target.name)
        return None if entry is None else self._listed(target, entry)

    def _listed(self, target, entry):
        if not entry.covers(target.version):
            return None
        finding = Finding(target.name, target.text, ALLOW, entry.kind, _reason(entry), target.where, target.version)
        finding.imitates = entry.imitates
        finding.evidence = entry.evidence
        finding.sources = entry.sources
        self.decide(finding, self.settings["actions." + entry.kind])
        return finding

    def unlisted(self, targets, indexes):
        """The Findings on Targets that the list does not hold: look-alikes, unknown and internal names."""
        if not targets:
            return []
        from .unlisted import Unlisted

        findings = []
        room = Unlisted(self.home, self.settings)
        for target in sorted(targets, key=lambda t: bool(t.where)):  # what was typed comes before what stands in files
            finding, action = room.target(target, indexes)
            if finding is not None:
                self.decide(finding, action)
                findings.append(finding)
        room.close()
        return findings

    def unseen(self, unseen):
        """The Finding on a part of a command that cannot be read offline."""
        finding = Finding("", unseen.text, ALLOW, UNSEEN, unseen.reason, unseen.where)
        finding.verdict = capped(self.settings["actions." + UNSEEN], self.settings["mode"])
        return finding

    def decide(self, finding, action):
        """Policy: the action, unless somebody strong enough let the name through; never above the mode."""
        if action != ALLOW:
            allowance = find_allowance(self.home, finding.name, self.settings)
            # Root's word on this kind of name is undone by root's allowance alone.
            if allowance is not None and (
                allowance.layer == SYSTEM or self.settings.layer("actions." + finding.kind)[0] != SYSTEM
            ):
                finding.allowed_by = "%s (%s)" % (allowance.reason or "no reason given", allowance.layer)
                action = ALLOW
        finding.verdict = capped(action, self.settings["mode"])


def use_up_once(home, findings, settings, owner=0):
    """Take the ``--once`` entries that let these findings through, for the process ``owner`` (0: this one) and what it
    starts. False where one was gone already.
    """
    for finding in findings:
        if finding.allowed_by:
            allowance = find_allowance(home, finding.name, settings)
            if allowance is None or (allowance.once and not use_up(allowance, owner)):
                return False
    return True


def _reason(entry):
    reason = _REASONS.get(entry.kind, "is listed")
    if entry.kind == TYPOSQUAT and entry.imitates:
        reason += " of " + entry.imitates
    return entry.reason or reason
