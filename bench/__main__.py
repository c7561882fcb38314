"""``python -m bench [NAME [OPTION]…]``: run one benchmark, or list them."""

import importlib
import os
import sys


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    known = sorted(n[:-3] for n in os.listdir(folder) if n.endswith(".py") and not n.startswith("_") and n != "pairs.py")
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        print("benchmarks: " + " ".join(known))
        return 2
    return importlib.import_module("bench." + sys.argv[1]).main(sys.argv[2:])


sys.exit(main())
