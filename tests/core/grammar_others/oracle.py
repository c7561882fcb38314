"""Run by the interpreter that has pipx or pdm (argument: which): what its own parser makes of lines.

[words] on standard input; on standard output {attribute: value} of the parsed namespace, null where it is refused.
"""

import io
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from describe import parser


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
