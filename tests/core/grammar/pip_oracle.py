"""A program that runs inside a real pip (any from 9 on) and answers what pip itself makes of a line.

    python -I pip_oracle.py DIRECTORY-THAT-HOLDS-pip

It reads one JSON object per line and writes one per line; ``ask`` says what is wanted:

    {"ask": "options"}                      every option of the parsers that guard has to know
    {"ask": "args", "args": [...], "environ": {...}}   what pip's parsers make of a command line
    {"ask": "line", "text": "..."}          what install_req_from_line makes of an argument
    {"ask": "editable", "text": "..."}      what install_req_from_editable makes of an argument
    {"ask": "file", "path": "...", "constraint": false, "environ": {...}}   what parse_requirements yields

An answer is {"error": "..."} where pip would refuse. Nothing here opens a socket: pip's network session is never made.
It must stay old-fashioned Python, since the oldest pip wants an old interpreter.
"""

import contextlib
import io
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
CLEAN = dict(os.environ)

import pip  # noqa: E402

VERSION = tuple(int(part) for part in pip.__version__.split(".")[:2] if part.isdigit())

if VERSION < (10,):
    from pip import create_main_parser as main_parser
    from pip.commands import commands_dict as commands
    from pip.req import req_file
    from pip.req.req_install import InstallRequirement

    from_line, from_editable = InstallRequirement.from_line, InstallRequirement.from_editable
else:
    from pip._internal import commands
    from pip._internal.req import req_file

    if VERSION < (18, 1):
        from pip._internal.req.req_install import InstallRequirement

        from_line, from_editable = InstallRequirement.from_line, InstallRequirement.from_editable
    else:
        from pip._internal.req.constructors import install_req_from_editable as from_editable
        from pip._internal.req.constructors import install_req_from_line as from_line
    if VERSION < (18, 1):
        from pip._internal import create_main_parser as main_parser
    else:
        from pip._internal.cli.main_parser import create_main_parser as main_parser
    commands = getattr(commands, "commands_dict", commands)


def command(name, args=()):
    isolated = "--isolated" in args
    if VERSION >= (19, 3):
        from pip._internal.commands import create_command

        return create_command(name, isolated=isolated)
    if VERSION >= (10,):
        from pip._internal.commands import commands_dict

        return commands_dict[name](isolated=isolated)
    return commands[name](isolated=isolated)


def described(option):
    kind = option.callback.__name__ if option.action == "callback" else ""
    return {
        "words": option._long_opts + option._short_opts,
        "action": option.action,
        "value": option.takes_value(),
        "type": option.type,
        "choices": list(option.choices or ()),
        "callback": kind,
        "dest": option.dest,
    }


def options(ask):
    parsers = {"": main_parser()}
    for name in ("install", "download", "wheel", "lock"):
        try:
            parsers[name] = command(name).parser
        except KeyError:
            continue
    needs_line = (10,) <= VERSION < (20,)
    parsers["file"] = req_file.build_parser("") if needs_line else req_file.build_parser()
    return {
        "version": pip.__version__,
        "commands": sorted(commands),
        "parsers": {
            name: [described(option) for part in (parser, *parser.option_groups) for option in part.option_list]
            for name, parser in parsers.items()
        },
    }


WANTED = ("requirements", "editables", "constraints", "dependency_groups", "requirements_from_scripts",
          "index_url", "extra_index_urls", "no_index")  # fmt: skip


def args(ask):
    """pip's own way from argv to a command's options and arguments (parse_command, then Command.parse_args)."""
    words = ask["args"]
    general, rest = main_parser().parse_args(list(words))
    if getattr(general, "python", None):
        return {"command": "", "python": general.python}
    if general.version or not rest:
        return {"command": ""}
    name = rest[0]
    if name not in commands:
        return {"error": "unknown command"}
    words = list(words)
    words.remove(name)
    if name not in ("install", "download", "wheel", "lock"):
        return {"command": name}
    made = command(name, words)
    for (
        option
    ) in made.parser.option_list_all:  # PIP_GROUP is kept in the option's own list, from one question to the next
        if isinstance(option.default, list):
            del option.default[:]
    values, positional = made.parser.parse_args(words)
    if getattr(values, "python", None):
        return {"error": "--python after the command"}
    said = {key: getattr(values, key) for key in WANTED if getattr(values, key, None)}
    return {"command": name, "args": positional, "values": said}


def requirement(made):
    req = made.req
    specs = [(s.operator, s.version) for s in (req.specifier if req is not None else ())]
    return {
        "name": req.name if req is not None else None,
        "link": made.link.url if made.link else None,
        "specs": specs,
        "extras": sorted(made.extras),
        "constraint": bool(made.constraint),
        "editable": bool(made.editable),
    }


def line(ask):
    return requirement(from_line(ask["text"]))


def editable(ask):
    return requirement(from_editable(ask["text"]))


def file(ask):
    found = []
    values = command("install").parser.parse_args([])[0]  # the oldest pips look settings up there
    given = {"session": object(), "constraint": ask.get("constraint", False), "options": values}
    for parsed in req_file.parse_requirements(ask["path"], **given):
        if isinstance(getattr(parsed, "requirement", None), str):
            make = from_editable if parsed.is_editable else from_line
            made = requirement(make(parsed.requirement, constraint=parsed.constraint))
        else:
            made = requirement(parsed)
        found.append(made)
    return {"found": found}


ASKS = {"options": options, "args": args, "line": line, "editable": editable, "file": file}


def answer(ask):
    os.environ.clear()
    os.environ.update(CLEAN)
    os.environ.update(ask.get("environ") or {})
    if ask.get("cwd"):
        os.chdir(ask["cwd"])
    quiet = io.StringIO()
    try:
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            return ASKS[ask["ask"]](ask)
    except SystemExit as stop:
        return {"error": quiet.getvalue()[-300:], "exit": stop.code}
    except RecursionError:
        return {"error": "recursion"}
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}


def main():
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for raw in sys.stdin.buffer:
        out.write(json.dumps(answer(json.loads(raw))) + "\n")
        out.flush()


main()
