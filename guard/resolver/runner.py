"""``PYTHON [flags] runner.py HOME NOTE TOOL ARGS…``: run TOOL as ``PYTHON [flags] TOOL ARGS…`` would, with the
resolver's import hook in place. TOOL is a script, a folder or archive with a ``__main__.py``, or ``-m`` and a module.

NOTE is ``-``; ``=`` where no gate has judged the command (starters.py); or the file through which a tool that started
this one hands over and hears of a refusal (children.py).
The syntax is that of every Python, 2.7 included: what is too old for the room is started without it.
"""

import sys


def _start(home, note, tool, args):
    bare = getattr(sys.flags, "isolated", 0) or getattr(sys.flags, "safe_path", False)  # -I, -P: no folder on sys.path
    if not bare:
        del sys.path[0]  # the folder of this file: nothing may be imported from it
    import os

    if sys.version_info < (3, 7) or os.name != "posix":
        _without_room(os, tool, args)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if hasattr(sys, "orig_argv"):  # what a tool reads to start itself again
        at = len(sys.orig_argv) - len(args) - 4
        sys.orig_argv[at : at + 4] = [tool]
    sys.argv[:] = [tool] + args
    _open_room(package, home, note)
    if tool == "-m":
        sys.argv[:] = args
        _become_module(args[0], None if bare else os.getcwd(), True)
    elif _is_script(os, tool):
        _become_script(tool, None if bare else os.path.dirname(os.path.realpath(tool)))
    else:
        _become_module("__main__", tool, False)


def _without_room(os, tool, args):
    from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]  # in every Python since 2.7

    os.execv(sys.executable, [sys.executable] + _args_from_interpreter_flags() + [tool] + args)


def _open_room(package, home, note):
    """Load guard under a private name: the index has a project called guard, and a folder may hold a guard.py."""
    try:
        if "_typoguard" not in sys.modules:
            from importlib.util import module_from_spec, spec_from_file_location

            where = [package]
            spec = spec_from_file_location("_typoguard", package + "/__init__.py", submodule_search_locations=where)
            assert spec is not None and spec.loader is not None  # noqa: S101  # a path ending in .py has both
            module = module_from_spec(spec)
            sys.modules["_typoguard"] = module
            spec.loader.exec_module(module)
        from _typoguard.resolver.finder import enter
    except Exception as error:  # a guard that is half removed must not break the tool
        sys.stderr.write("guard: its files under %s are damaged (%s); nothing is checked here\n" % (package, error))
        return
    enter(home, note)


def _is_script(os, tool):
    """Whether ``tool`` is a plain file and no archive (pip.pyz has a first line like a script)."""
    if not os.path.isfile(tool):
        return False
    with open(tool, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 65557))  # where the end of an archive's directory must be
        return b"PK\5\6" not in file.read()


def _become_module(name, folder, alter_argv):
    """What the interpreter itself does with ``-m``, a folder or an archive."""
    import runpy
    import types

    if folder is not None:
        sys.path.insert(0, folder)
    sys.modules["__main__"] = types.ModuleType("__main__")
    runpy._run_module_as_main(name, alter_argv)  # type: ignore[attr-defined]


def _become_script(tool, folder):
    """Make the script the ``__main__`` module and run it."""
    import types
    from importlib.machinery import SourceFileLoader

    sys.excepthook = _show_without_runner
    if folder is not None:
        sys.path.insert(0, folder)
    with open(tool, "rb") as file:
        source = file.read()
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=tool, __builtins__=__builtins__, __loader__=SourceFileLoader("__main__", tool))
    sys.modules["__main__"] = main
    exec(compile(source, tool, "exec", 0, True), main.__dict__)  # noqa: S102  # the tool itself


def _show_without_runner(kind, error, trace, runner=__file__, show=sys.__excepthook__):
    """Show an error without the frames of this file at its head: the script was run, as far as anyone can see."""
    while trace is not None and trace.tb_frame.f_code.co_filename == runner:
        trace = trace.tb_next
    show(kind, error.with_traceback(trace), trace)


_start(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
