"""Write guard/core/grammar/pip_options.py from pip's own option parsers.

    python tools/pip_options.py DIRECTORY

DIRECTORY holds one directory per pip, each filled by ``pip install --no-deps --target DIRECTORY/26.3 pip==26.3``: the
last patch of every release since 9.0. Each is asked, in an interpreter that can run it, for every option of its general
parser, of install, download, wheel and lock, and of the lines of a requirement file.
"""

import collections
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.core.grammar import pips  # noqa: E402  # where real pips are found and asked is known to the tests

PARSERS = ("", "install", "download", "wheel", "lock", "file")
WIDTH = 64  # bits per parser: one per version, and the last for versions that are not known yet
KEPT = {
    "requirements", "editables", "constraints", "dependency_groups", "requirements_from_scripts", "index_url",
    "extra_index_urls", "find_links", "no_index", "python", "version", "ignore_dependencies", "skip_requirements_regex",
}  # fmt: skip


def kind(option, version):
    """What the option does with its value, in the short words that options.py knows."""
    if option["action"] == "callback":
        if version < (19, 3) and option["callback"] in ("_handle_no_binary", "_handle_only_binary"):
            return "!"  # what must not begin with a dash later on could still do so
        return ("!" if option["value"] else "~") + option["callback"].replace("_handle_", "")
    if option["action"] == "help":
        return "help"
    if not option["value"]:
        return "count" if option["action"] == "count" else option["action"].replace("store_", "")
    many = "+" if option["action"] == "append" else "="
    if option["type"] == "choice":
        return many + "|".join(option["choices"])
    return many + {"int": "int", "float": "float"}.get(option["type"], "")


def table(answers):
    """(VERSIONS, COMMANDS, OPTIONS) of the answers, oldest pip first."""
    options = collections.defaultdict(lambda: collections.defaultdict(int))
    commands = collections.defaultdict(int)
    for place, answer in enumerate(answers):
        bits = 1 << place | (1 << WIDTH - 1 if place == len(answers) - 1 else 0)
        version = tuple(int(part) for part in answer["version"].split(".")[:2])
        for command in answer["commands"]:
            commands[command] |= bits
        for parser, found in answer["parsers"].items():
            for option in found:
                meaning = (kind(option, version), option["dest"] if option["dest"] in KEPT else "")
                for word in option["words"]:
                    options[word][meaning] |= bits << WIDTH * PARSERS.index(parser)
    versions = [tuple(int(part) for part in answer["version"].split(".")[:2]) for answer in answers]
    return versions, dict(sorted(commands.items())), {word: options[word] for word in sorted(options)}


def main():
    found = sorted(pips.Pip(path) for path in pathlib.Path(sys.argv[1]).iterdir() if (path / "pip").is_dir())
    answers = []
    for pip in found:
        with pip:
            answers.append(pip.ask({"ask": "options"}))
    versions, commands, options = table(answers)
    lines = [
        '"""The options of every pip since 9.0. Written by tools/pip_options.py from pip\'s own parsers; not by hand.',
        "",
        "VERSIONS  the releases, oldest first; release i is bit i, and FUTURE stands for those that are newer",
        "PARSERS   the parser's place: its bits are shifted by WIDTH times that",
        "COMMANDS  command -> the releases that have it",
        "OPTIONS   word -> ((parsers and releases, kind of value, where it is kept), …)",
        '"""',
        "",
        "VERSIONS = (%s)" % ", ".join(map(str, versions)),
        "WIDTH = %d" % WIDTH,
        "FUTURE = 1 << %d" % (WIDTH - 1),
        "PARSERS = %s" % json.dumps({name: place for place, name in enumerate(PARSERS)}),
        "COMMANDS = {",
        *("    %s: %#x," % (json.dumps(name), bits) for name, bits in commands.items()),
        "}",
        "OPTIONS = {",
    ]
    for word, meanings in options.items():
        shown = ", ".join('(%#x, %s, "%s")' % (bits, json.dumps(kind), dest) for (kind, dest), bits in meanings.items())
        lines.append("    %s: (%s,)," % (json.dumps(word), shown))
    lines.append("}")
    text = "\n".join(lines) + "\n"
    text = text.replace('"""\n\nVERSIONS', '"""\n\n# fmt: off\n# ruff: noqa: E501\nVERSIONS', 1)
    (ROOT / "guard" / "core" / "grammar" / "pip_options.py").write_text(text, encoding="utf-8")
    print("%d options of %d releases" % (len(options), len(versions)))


if __name__ == "__main__":
    main()
