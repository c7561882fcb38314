"""Run by a poetry's own interpreter: say what that poetry makes of command lines and of arguments to ``add``.

One JSON object a line on standard input, one on standard output:

    {"line": [words], "cwd": path}       {"verb", "arguments": {name: str or list}, "project": {option: value},
                                          "root": where it finds a project, "error": bool, "idle": bool}
    {"requirement": text, "root": path}  {"name": str, "link": bool} or {"error": text}

The parsers are poetry's own. What would open a connection or a file is cut off at the one place where poetry turns to
it, and answers with a name that cannot be mistaken for one that was written.
"""

import contextlib
import importlib
import io
import json
import os
import pathlib
import sys
import types

FETCHED = "fetched-from-the-link"


def fetched(*args, **kwargs):
    return types.SimpleNamespace(name=FETCHED, source_url="link:")


def cut_off():
    """No link is followed and no archive opened."""
    names = ["get_package_from_vcs", "get_package_from_url", "get_package_from_file", "get_package_from_directory"]
    places = []
    with contextlib.suppress(ImportError):
        from poetry.packages.direct_origin import DirectOrigin

        places.append(DirectOrigin)
    with contextlib.suppress(ImportError):
        from poetry.puzzle.provider import Provider

        places.append(Provider)
    for place in places:
        for name in names:
            if hasattr(place, name):
                setattr(place, name, staticmethod(fetched))


def constraint_parser():
    for module in ("poetry.core.constraints.version", "poetry.core.semver.helpers", "poetry.core.semver"):
        with contextlib.suppress(ImportError, AttributeError):
            return importlib.import_module(module).parse_constraint
    raise ImportError("parse_constraint")


def requirement(text, root):
    from poetry.console.commands.add import AddCommand

    class Alone(AddCommand):
        env = None

        @property
        def poetry(self):
            raise RuntimeError("no project here; poetry then takes the working directory")

        def _get_pool(self):
            return types.SimpleNamespace(artifact_cache=None)

    os.chdir(root)
    try:
        (found,) = Alone()._parse_requirements([text])
        constraint_parser()(
            found.get("version", "*")
        )  # poetry's next step; where it fails nothing is asked of an index
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}
    return {"name": found["name"], "link": any(key in found for key in ("git", "url", "path", "file"))}


def by_cleo(words):
    from poetry.console.application import Application

    answer = {"verb": "", "arguments": {}, "project": {}, "error": False, "idle": True}

    class Watched(Application):
        def _run_command(self, command, io):
            if command.name in ("help", "list", "completions"):
                return 0
            answer.update(verb=command.name, idle=False)
            command.merge_application_definition()
            try:
                io.input.bind(command.definition)
                io.input.validate()
            except Exception:
                answer["error"] = True
                return 1
            answer["root"] = root(self, io)
            answer["arguments"] = {k: v for k, v in io.input.arguments.items() if k != "command"}
            for name in ("directory", "project"):
                if io.input.options.get(name):
                    answer["project"][name] = io.input.options[name]
            return 0

    application = Watched()
    application._plugins_loaded = True
    application.auto_exits(False)
    application.catch_exceptions(False)
    from cleo.io.inputs.argv_input import ArgvInput
    from cleo.io.outputs.buffered_output import BufferedOutput

    given = ArgvInput(["poetry", *words])
    given.set_stream(io.StringIO())
    try:
        code = application.run(given, BufferedOutput(), BufferedOutput())
    except (Exception, SystemExit):
        answer.update(error=True, idle=False)
        return answer
    if code:
        answer.update(error=True, idle=False)
    return answer


def root(application, io):
    """The directory of the project poetry would work on, "" for none."""
    from poetry.factory import Factory

    start = getattr(application, "project_directory", None) or getattr(application, "_project_directory", None)
    start = start or ("directory" in io.input.options and io.input.options["directory"]) or pathlib.Path.cwd()
    try:
        return str(Factory.locate(pathlib.Path(start)).resolve().parent)
    except RuntimeError:
        return ""


def by_clikit(words):
    from clikit.args import ArgvArgs
    from poetry.console.application import Application

    application = APPLICATIONS.setdefault("clikit", None) or Application()
    APPLICATIONS["clikit"] = application
    answer = {"verb": "", "arguments": {}, "project": {}, "error": False, "idle": True}
    args = ArgvArgs(["poetry", *words])
    tokens = args.option_tokens
    if "--version" in tokens or "-V" in tokens:
        return answer
    helping = "--help" in tokens or "-h" in tokens
    try:
        resolved = application.resolve_command(args)
    except Exception:
        return dict(answer, error=not helping, idle=helping)
    command, names = resolved.command, []
    while command is not None and command.name:
        names.insert(0, command.name)
        command = command.parent_command
    if command_is_help(names) or (helping and names != ["run"]):
        return answer
    return dict(answer, verb=" ".join(names), arguments=resolved.args.arguments(False), idle=False)


def command_is_help(names):
    return not names or names[0] in ("help", "completions")


APPLICATIONS = {}


def line(words):
    try:
        import clikit  # noqa: F401
    except ImportError:
        return by_cleo(words)
    return by_clikit(words)


def main():
    cut_off()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stderr = io.StringIO()  # argparse's usage lines
    home = os.getcwd()
    for question in sys.stdin:
        asked = json.loads(question)
        if "line" in asked:
            os.chdir(asked.get("cwd", home))
            answer = line(asked["line"])
        else:
            answer = requirement(asked["requirement"], asked["root"])
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
