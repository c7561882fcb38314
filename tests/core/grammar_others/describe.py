"""Run by the interpreter that has pipx or pdm (argument: which): print what each command takes, from argparse, as JSON.

{command: spec}, as in guard/core/grammar/other_options.py.
"""

import argparse
import json
import sys


def option(action):
    longs = [s[2:] for s in action.option_strings if s.startswith("--")]
    shorts = [s[1:] for s in action.option_strings if not s.startswith("--")]
    if not longs:
        return []
    takes = action.nargs != 0
    mark = "=" + {"?": "?", "+": "+", "*": "+"}.get(action.nargs, "") if takes else ":" if shorts else ""
    # Further long names come first, so that the shortcuts go with the last one.
    return ["--" + name + (mark if takes else "") for name in longs[1:]] + ["--" + longs[0] + mark + "|".join(shorts)]


def walk(parser, prefix, found):
    words, below = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below.append(action)
        elif action.option_strings:
            words += option(action)
    found[prefix] = " ".join(words)
    for action in below:
        for name, sub in action.choices.items():
            walk(sub, (prefix + " " + name).strip(), found)


def parser(tool):
    if tool == "pipx":
        from pipx import main

        made = main.get_command_parser()
        return made[0] if isinstance(made, tuple) else made
    from pdm.core import Core

    core = Core()
    core.init_parser()
    return core.parser


if __name__ == "__main__":
    found = {}
    walk(parser(sys.argv[1]), "", found)
    print(json.dumps(found))
