"""Inside poetry, from 1.1: the places through which a project is resolved, fetched or built.

    Installer.run, AddCommand.handle   only within them does a name refuse: ``poetry show`` and ``search`` pass
    RepositoryPool.find_packages       every name asked of a repository, before the request; bad releases are hidden
    Provider.search_for_…              dependencies given as links; complete_package: who pulls whom in
    Executor.execute                   all that is about to be installed, from a lock file too; and what was, in the end
    Chooser.choose_for                 each release again, where its file is chosen
    Chef.prepare                       what is being built
    Env._run, Env.execute              the pip that poetry starts goes through the runner
    Application.run                    the exit code, and why, last of all
"""

import os
import sys

from . import children, installed
from .wrap import wrap


def patch(session, module):
    """Patch one module of poetry. Raises AttributeError where it is not as guard knows it."""
    _PATCHES[module.__name__](session, module)


def _application(session, module):
    def make(inner):
        def run(self, *args, **kwargs):
            return session.run("poetry", sys.argv[1:], lambda: inner(self, *args, **kwargs))

        return run

    session.kind = _kind()
    wrap(module.Application, "run", make)


def _kind():
    """An error that poetry shows as one line, without a traceback, also where it is verbose."""
    try:
        from cleo.exceptions import CleoUserError as base
    except ImportError:
        try:
            from cleo.exceptions import CleoSimpleException as base  # cleo 1.0 alphas: poetry 1.2
        except ImportError:
            from clikit.api.exceptions import CliKitException as base  # poetry 1.1
    return type("Refused", (base,), {})


def _at_work(owner, name):
    """A patch under which the session is at work while ``owner.name`` runs."""

    def patch_it(session, module):
        def make(inner):
            def at_work(self, *args, **kwargs):
                return session.resolve(inner, self, *args, **kwargs)

            return at_work

        wrap(getattr(module, owner), name, make)

    return patch_it


# --- names ------------------------------------------------------------------------------------------------------------


def _pool(session, module):
    def make(inner):
        def find_packages(self, dependency, *args, **kwargs):
            if not session.at_work:
                return inner(self, dependency, *args, **kwargs)
            session.ours(_meet_dependency, session, dependency)
            found = inner(self, dependency, *args, **kwargs)
            kept = session.ours(_good_releases, session, dependency.name, found)
            return found if kept is None else kept

        return find_packages

    wrap(getattr(module, "RepositoryPool", None) or module.Pool, "find_packages", make)


def _meet_dependency(session, dependency):
    session.meet(dependency.name, requirement=_written(dependency))


def _good_releases(session, name, found):
    """The releases that are not hidden; None where none has to be."""
    bad = session.bad_releases(name, (package.version.text for package in found)) if found else {}
    if not bad:
        return None
    parse = type(found[0].version).parse
    listed = {}
    for version, finding in bad.items():
        try:
            listed[parse(version)] = finding
        except ValueError:  # no version that poetry could ever choose
            pass
    session.hide(listed[package.version] for package in found if package.version in listed)
    return [package for package in found if package.version not in listed]


def _written(dependency):
    constraint = getattr(dependency, "pretty_constraint", "")
    return dependency.name if constraint in ("", "*") else "%s (%s)" % (dependency.name, constraint)


_LINKS = ("search_for_direct_origin_dependency",)
_LINKS_1_1 = ("search_for_vcs", "search_for_file", "search_for_directory", "search_for_url")


def _provider(session, module):
    def search(inner):
        def search_for_link(self, dependency, *args, **kwargs):
            if session.at_work:
                session.ours(_meet_link, session, dependency)
            return inner(self, dependency, *args, **kwargs)

        return search_for_link

    def complete(inner):
        def complete_package(self, asking, *args, **kwargs):
            session.asking.append(asking)
            try:
                package = inner(self, asking, *args, **kwargs)
            finally:
                session.asking.pop()
            if session.at_work:
                session.ours(_remember, session, package)
            return package

        return complete_package

    for name in _LINKS_1_1 if hasattr(module.Provider, _LINKS_1_1[0]) else _LINKS:
        wrap(module.Provider, name, search)
    wrap(module.Provider, "complete_package", complete)


def _meet_link(session, dependency):
    if session.asking:
        _pulled(session, dependency.name, _bare(session.asking[-1]))
    session.meet(dependency.name, requirement=_written(dependency))


def _bare(package):
    return getattr(package, "package", package)  # a DependencyPackage holds one


def _remember(session, package):
    for dependency in _bare(package).requires:
        _pulled(session, dependency.name, _bare(package))


def _pulled(session, name, package):
    if not package.is_root():
        session.pulled(name, "%s==%s" % (package.name, package.version))


def _executor(session, module):
    def make(inner):
        def execute(self, operations, *args, **kwargs):
            session.ours(_meet_operations, session, operations)
            code = inner(self, operations, *args, **kwargs)
            if code == 0:
                session.ours(_tell, session, self, operations)
            return code

        return execute

    wrap(module.Executor, "execute", make)


def _tell(session, executor, operations):
    if executor._enabled and not executor._dry_run:
        installed.tell(session, [package.name for package in _wanted(operations)])


def _wanted(operations):
    return [o.package for o in operations if o.job_type != "uninstall" and not o.skipped]


def _meet_operations(session, operations):
    wanted = _wanted(operations)
    for package in wanted:
        _remember(session, package)
    for package in wanted:
        _meet(session, package)


def _chooser(session, module):
    def make(inner):
        def choose_for(self, package, *args, **kwargs):
            session.ours(_meet, session, package)
            return inner(self, package, *args, **kwargs)

        return choose_for

    wrap(module.Chooser, "choose_for", make)


def _meet(session, package):
    version = "" if package.source_type in ("directory", "file") else str(package.version)
    session.meet(package.name, version)


# --- builds -----------------------------------------------------------------------------------------------------------


def _chef(session, module):
    def make(inner):
        def prepare(self, archive, *args, **kwargs):
            return session.build(archive.name, inner, self, archive, *args, **kwargs)

        return prepare

    if hasattr(module.Chef, "prepare"):  # poetry 1.2 leaves all building to pip
        wrap(module.Chef, "prepare", make)


def _env(session, module):
    def make_run(inner):
        def _run(self, cmd, *args, **kwargs):
            return children.run(session, cmd, lambda through: inner(self, through, *args, **kwargs))

        return _run

    def make_execute(inner):
        def execute(self, bin, *args, **kwargs):
            """``poetry run pip``: this process becomes pip, and the gate has recorded what it was asked for."""
            os.environ.update(session.handed_on())
            command = children.through(session, [*self.get_command_from_bin(bin), *args], "-")
            return inner(self, *command, **kwargs)

        return execute

    if module.Env.__module__ != module.__name__:
        return  # poetry 1.6 and later: a package, whose module base_env has it
    wrap(module.Env, "_run", make_run)
    if hasattr(module.Env, "get_command_from_bin"):
        wrap(module.Env, "execute", make_execute)


_PATCHES = {
    "poetry.console.application": _application,
    "poetry.console.commands.add": _at_work("AddCommand", "handle"),
    "poetry.installation.installer": _at_work("Installer", "run"),
    "poetry.installation.chef": _chef,
    "poetry.installation.chooser": _chooser,
    "poetry.installation.executor": _executor,
    "poetry.puzzle.provider": _provider,
    "poetry.repositories.pool": _pool,
    "poetry.repositories.repository_pool": _pool,
    "poetry.utils.env": _env,
    "poetry.utils.env.base_env": _env,
}
