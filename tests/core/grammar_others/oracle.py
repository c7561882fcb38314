"""Run by the interpreter that has pipx or pdm (argument: which): what its own parser makes of lines, one JSON a line.

[words] on standard input; {attribute: value} of the parsed namespace, or null where the tool refuses, on standard output.
"""

import io
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from describe import parser  # noqa: E402


def main():
    made = parser(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    sys.stderr = io.StringIO()
    for line in sys.stdin:
        try:
            sys.stdout = io.StringIO()  # --help prints
            said = vars(made.parse_args(json.loads(line)))
            answer = {key: value for key, value in said.items() if isinstance(value, (str, list))}
        except SystemExit:
            answer = None
        except Exception:  # pdm raises errors of its own for what argparse refuses
            answer = None
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
