"""An attempt: one judged command, as the line the journal keeps (its fields are told in guard.core.journal)."""

from . import kernel as os
from .mask import mask, mask_all, mask_words
from .process import describe

# What tells where an attempt came from; names only of variables that hold no secret.
_TELLING = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "SSH_CONNECTION", "VIRTUAL_ENV", "CONDA_PREFIX", "SUDO_USER")


def line(invocation, command, findings, verdict, mode, names, guard_version, time_ns, where="shim"):
    """The journal line (a dict) of a judged command, from what is true at this moment."""
    refused = {(f.name, f.version) for f in findings}
    clean = {}
    for target in command.targets:
        if target.asked and target.name not in clean and (target.name, target.version) not in refused:
            clean[target.name] = target
    texts = mask_all([target.text for target in clean.values()])
    environ = invocation.environ
    return {
        "v": 1,
        "id": os.urandom(16).hex(),
        "time_ns": time_ns,
        "guard": guard_version,
        "where": where,
        "tool": command.tool,
        "verb": command.verb,
        "word": invocation.tool,
        "tool_path": invocation.path,
        "tool_version": command.version,
        "args": mask_words(invocation.args),
        "cwd": invocation.cwd,
        "project": command.project,
        "mode": mode,
        "verdict": verdict,
        "list": names.version,
        "indexes": [mask(index) for index in command.indexes],
        "names": [[target.name, text, target.where] for target, text in zip(clean.values(), texts)],
        "findings": [_masked(finding) for finding in findings],
        "process": _described(os.getpid()),
        "parent": _described(os.getppid()),
        "env": {name: environ[name] for name in _TELLING if name in environ},
    }


def _masked(finding):
    plain = finding.plain()
    plain["text"] = mask(finding.text)
    return plain


def _described(pid):
    known = describe(pid)
    if "args" in known:
        known["args"] = mask_words(known["args"])
    return known
