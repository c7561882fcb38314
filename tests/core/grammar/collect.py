"""Run many generated cases and print every disagreement, instead of stopping at the first: for whoever settles them.

python -m tests.core.grammar.collect VERSION [lines|arguments|files] [CASES]
"""

import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.grammar import pip_cases
from tests.core.grammar import test_pip_oracle as oracle
from tests.core.grammar.pips import KEPT, Pip


def main():
    version, what, cases = sys.argv[1], sys.argv[2], int(sys.argv[3])
    place = Path(tempfile.mkdtemp())
    oracle.furnish(place)
    number, seen = version, {}
    with Pip(KEPT / version) as pip:
        tests = {
            "lines": (oracle.agree_on_line, (pip_cases.lines, pip_cases.environs)),
            "arguments": (
                lambda pip, number, place, text: oracle.agree_on_argument(pip, number, place, *text),
                (oracle.TEXTS,),
            ),
            "files": (oracle.agree_on_file, (pip_cases.files, oracle.VARIABLES)),
        }
        agree, strategies = tests[what]

        @settings(max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.tuples(*strategies))
        def run(case):
            try:
                agree(pip, number, place, *case)
            except AssertionError as error:
                seen.setdefault(repr(case), str(error).split("\nassert")[0])

        run()
    for text in sorted(seen, key=len)[:25]:
        print(seen[text].replace(str(place), "PLACE")[:420])
    print(version, what, len(seen), "disagreements")


if __name__ == "__main__":
    main()
