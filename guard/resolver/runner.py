"""``PYTHON [flags] runner.py HOME NOTE TOOL ARGS...``: run TOOL as ``PYTHON [flags] TOOL ARGS...`` would, with the
resolver's import hook in place. TOOL is a script, a folder or archive with a ``__main__.py``, or ``-m`` and a module.

NOTE is ``-``, or the file through which a tool that started this one hands over and hears of a refusal (children.py).
The syntax is that of every Python, 2.7 included, to which a letter beyond ASCII is an error: what is too old for the
room is started without it. A script is compiled anew at every start, so this one is short.
"""

import sys


def start(home, note, tool, args):
    bare = getattr(sys.flags, "isolated", 0) or getattr(sys.flags, "safe_path", False)  # -I, -P: no folder on sys.path
    if not bare:
        del sys.path[0]  # the folder of this file: nothing may be imported from it
    if sys.version_info < (3, 7) or "posix" not in sys.builtin_module_names:
        without_room(tool, args)
    package = __file__[: -len("/resolver/runner.py")]
    try:
        room = {}
        loader = sys.modules["_frozen_importlib_external"].SourceFileLoader("room", package + "/resolver/room.py")
        exec(loader.get_code("room"), room)  # noqa: S102  # guard's own
        room["open_room"](package)
        from _typoguard.resolver.finder import enter
        from _typoguard.resolver.tool import become
    except Exception as error:  # a guard that is half removed must not break the tool
        sys.stderr.write("guard: its files under %s are damaged (%s); nothing is checked here\n" % (package, error))
        without_room(tool, args)
    sys.argv[:] = [tool] + args
    become(tool, args, bare, __file__, enter(home, note))


def without_room(tool, args):
    import os
    from subprocess import _args_from_interpreter_flags as flags  # type: ignore[attr-defined]  # since Python 2.7

    os.execv(sys.executable, [sys.executable] + flags() + [tool] + args)  # noqa: S606  # as words


start(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
