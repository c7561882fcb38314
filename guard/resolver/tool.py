"""This interpreter becomes the tool: what it would be if it had been given the tool, and not guard's runner."""

import builtins
import os
import sys


def become(tool, args, bare, runner, finder):
    """Run ``tool`` (a script, a folder or archive with a ``__main__.py``, or ``-m`` and a module in ``args``).

    bare: whether no folder is to be put on sys.path, as under -I and -P; runner: the file that calls this; finder: the
    hook.
    """
    if hasattr(sys, "orig_argv"):  # what a tool reads to start itself again
        at = len(sys.orig_argv) - len(args) - 4
        sys.orig_argv[at : at + 4] = [tool]
    if tool == "-m":
        sys.argv[:] = args
        _become_module(args[0], None if bare else os.getcwd(), True)
    elif _is_script(tool):
        sys.excepthook = _without({runner, become.__code__.co_filename})
        _become_script(tool, None if bare else os.path.dirname(os.path.realpath(tool)), finder)
    else:
        _become_module("__main__", tool, False)


def _is_script(tool):
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

    if folder is not None:
        sys.path.insert(0, folder)
    sys.modules["__main__"] = type(sys)("__main__")
    runpy._run_module_as_main(name, alter_argv)  # type: ignore[attr-defined]


def _become_script(tool, folder, finder):
    """Make the script the ``__main__`` module and run it."""
    from importlib.machinery import SourceFileLoader

    if folder is not None:
        sys.path.insert(0, folder)
    with open(tool, "rb") as file:
        source = file.read()
    main = type(sys)("__main__")
    main.__dict__.update(__file__=tool, __builtins__=builtins, __loader__=SourceFileLoader("__main__", tool))
    sys.modules["__main__"] = main
    try:
        exec(compile(source, tool, "exec", 0, True), main.__dict__)  # noqa: S102  # the tool itself
    except SystemExit as end:
        if end.code and finder.starts:
            end.code = finder.over(end.code)  # it failed, and guard may be why
        raise


def _without(files, show=sys.__excepthook__):
    """An excepthook that leaves out the frames of ``files`` at the head: the script was run, as far as anyone sees."""

    def excepthook(kind, error, trace):
        while trace is not None and trace.tb_frame.f_code.co_filename in files:
            trace = trace.tb_next
        show(kind, error.with_traceback(trace), trace)

    return excepthook
