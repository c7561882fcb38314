"""Run by the interpreter that has pipx or pdm (argument: which): what its own parsers make of lines.

[words] on standard input; on standard output {attribute: value} of the parsed namespace, null where it is refused. A
string instead of words is one requirement: the answer is its name, "" where it has none yet, null where it is refused.
"""

import io
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from describe import parser


def named(tool, text):
    """The name of a requirement, as ``pdm add`` and ``pipx install`` take it."""
    if tool == "pdm":
        from pdm.models.requirements import parse_requirement

        return parse_requirement(text).name or ""
    from packaging.requirements import InvalidRequirement, Requirement
    from pipx.package_specifier import parse_specifier_for_install

    taken, _ = parse_specifier_for_install(text, [])
    try:
        return Requirement(taken).name
    except InvalidRequirement:  # a path or URL, which pip reads
        return ""


def main():
    made = parser(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    sys.stderr = io.StringIO()
    for line in sys.stdin:
        try:
            sys.stdout = io.StringIO()  # --help prints
            asked = json.loads(line)
            if isinstance(asked, str):
                answer = named(sys.argv[1], asked)
            else:
                said = vars(made.parse_args(asked))
                answer = {key: value for key, value in said.items() if isinstance(value, (str, list))}
        except SystemExit:
            answer = None
        except Exception:  # pdm raises errors of its own for what argparse refuses
            answer = None
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
