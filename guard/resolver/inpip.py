"""Inside pip, from 20.3: the few places through which a project reaches the installer.

    Resolver.resolve                 (both resolvers) only while one is at work does a name refuse; what is asked for is
                                     judged before anything is asked of an index
    PackageFinder.find_all_candidates  every name that is asked of an index, before the request; bad releases are hidden
    RequirementPreparer.prepare_…    every file or checkout, before it is fetched, by the name it goes by; and again
                                     when its metadata has told its real name
    install_req_from_req_string      who pulls whom in
    install_given_reqs               what was installed in the end
    call_subprocess in build_env     the pip that pip starts for build requirements is started through the runner
    BuildEnvironment                 what a build starts in there meets guard too, also a pip that was made for it
    main                             the exit code, and why, last of all

``pip list --outdated``, ``pip index`` and pip's look for a newer self go by ``find_all_candidates`` without a resolver.
"""

import sys
from importlib import import_module

from . import again, children, door, installed  # before pip installs: from 26.3 nothing is imported after that
from .wrap import wrap


def patch(session, module):
    """Patch one module of pip. Raises AttributeError where it is not as guard knows it."""
    _PATCHES[module.__name__[len(_above(module)) :]](session, module)


def _above(module):
    """What stands before ``pip`` in a module's name: nothing, or the package that carries a pip of its own."""
    return module.__name__.partition("pip._internal")[0]


def _beside(module, name):
    """Another module of the same pip."""
    return import_module("%spip.%s" % (_above(module), name))


# --- the tool's main --------------------------------------------------------------------------------------------------


def _main(session, module):
    def make(inner):
        def main(args=None, *more, **others):
            args = sys.argv[1:] if args is None else args
            return session.run("pip", args, lambda: inner(args, *more, **others))

        return main

    module.main  # noqa: B018  # AttributeError where it is gone
    for name in ("main", "cli"):  # cli: what scripts call from pip 26.3
        if hasattr(module, name):
            wrap(module, name, make)


def _main_parser(session, module):
    """``pip --python X`` (from pip 22.3): pip starts itself with another interpreter, from this module."""
    if hasattr(module, "subprocess"):
        module.subprocess = children.Subprocess(session, module.subprocess)


# --- names ------------------------------------------------------------------------------------------------------------


def _resolver(session, module):
    def make(inner):
        def resolve(self, root_reqs, *more, **others):
            def judged():
                session.ours(_meet_roots, session, root_reqs)
                return inner(self, root_reqs, *more, **others)

            return session.resolve(judged)

        return resolve

    session.kind = _kind(session, _beside(module, "_internal.exceptions").InstallationError)
    wrap(module.Resolver, "resolve", make)


def _kind(session, error):
    """pip's own error; under pip-tools, a click program that calls the resolver without pip's main, one of both."""
    if "piptools" not in sys.modules:
        return error
    from click import ClickException

    code = property(lambda self: session.code)
    return type("Refused", (ClickException, error), {"exit_code": code, "show": lambda self, file=None: None})


def _meet_roots(session, requirements):
    for requirement in requirements:
        if not requirement.constraint:
            _meet(session, requirement)


def _package_finder(session, module):
    versions = _beside(module, "_vendor.packaging.version")

    def parse(text):
        try:
            return versions.Version(str(text))
        except versions.InvalidVersion:
            return str(text)

    def make(inner):
        def find_all_candidates(self, project_name):
            if not session.at_work:
                return inner(self, project_name)
            session.ours(session.meet, project_name)
            found = inner(self, project_name)
            kept = session.ours(_good_releases, project_name, found)
            return found if kept is None else kept

        return find_all_candidates

    def _good_releases(name, found):
        bad = session.bad_releases(name, (str(candidate.version) for candidate in found))
        if not bad:
            return None
        listed = {parse(version): finding for version, finding in bad.items()}
        session.hide(listed[v] for v in {parse(candidate.version) for candidate in found} if v in listed)
        return [candidate for candidate in found if parse(candidate.version) not in listed]

    wrap(module.PackageFinder, "find_all_candidates", make)


def _constructors(session, module):
    def make(inner):
        def install_req_from_req_string(req_string, comes_from=None, *more, **others):
            requirement = inner(req_string, comes_from, *more, **others)
            if comes_from is not None:
                session.ours(_remember, session, requirement, comes_from)
            return requirement

        return install_req_from_req_string

    wrap(module, "install_req_from_req_string", make)


def _remember(session, requirement, comes_from):
    if requirement.name:
        session.pulled(requirement.name, lambda: _written(comes_from))


def _prepare(session, module):
    def make(inner):
        def prepare(self, req, *more, **others):
            if not session.at_work:
                return inner(self, req, *more, **others)
            session.ours(_meet, session, req)
            dist = session.build(_called(req), inner, self, req, *more, **others)
            session.ours(_meet_metadata, session, req, dist)
            return dist

        return prepare

    for name in ("prepare_linked_requirement", "prepare_editable_requirement"):
        wrap(module.RequirementPreparer, name, make)


def _meet_metadata(session, requirement, dist):
    session.meet(_name_in(dist), lambda: str(dist.version), lambda: _written(requirement), fetched=True)


def _name_in(dist):
    """The name that a distribution's metadata says."""
    if isinstance(getattr(type(dist), "metadata", property()), property):  # read anew each time, or pip 20.3 to 21.1
        return getattr(dist, "raw_name", None) or dist.project_name
    return dist.metadata["Name"] or dist.raw_name  # kept for pip itself; raw_name reads the file once more


def _meet(session, requirement):
    """Judge an InstallRequirement by what is known of it before anything is fetched."""
    name, version = _from_link(requirement.link) if requirement.link is not None else ("", "")
    for known in {requirement.name or name, name or requirement.name}:  # a link may go by another name than it is given
        if known:
            session.meet(known, version, lambda: _written(requirement))


def _from_link(link):
    """(name, version) that a link's file name tells; ("", "") where it tells none."""
    file = link.filename
    if file.endswith(".whl"):
        parts = file.split("-")
        return (parts[0], parts[1]) if len(parts) >= 5 else ("", "")  # PEP 427
    for ending in (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar"):
        if file.endswith(ending):
            name, _, version = file[: -len(ending)].rpartition("-")
            return (name, version) if version[:1].isdigit() else ("", "")
    return "", ""


def _called(requirement):
    return requirement.name or _from_link(requirement.link)[0] or requirement.link.filename


def _written(requirement):
    """An InstallRequirement as a person would write it, with what asks for it: pip walks all that led there."""
    if isinstance(requirement, str):
        return requirement
    return requirement.from_path() or (requirement.link.url if requirement.link else "") or str(requirement)


def _req(session, module):
    def make(inner):
        def install_given_reqs(*args, **kwargs):
            results = inner(*args, **kwargs)
            session.ours(_tell, session, results)
            return results

        return install_given_reqs

    wrap(module, "install_given_reqs", make)


def _tell(session, results):
    names = [result.name for result in results]
    installed.tell(session, names)
    if "pip" in names:
        again.replaced(session.home)


# --- pip's own children -----------------------------------------------------------------------------------------------


def _build_env(session, module):
    def make(inner):
        def call_subprocess(cmd, *more, **others):
            return children.run(session, cmd, lambda through: inner(through, *more, **others))

        return call_subprocess

    if module.__name__.endswith(".build_env") and hasattr(module, "__path__"):
        return  # a package from pip 26.3; its module ``installer`` does what build_env.py did
    wrap(module, "call_subprocess", make)
    if module.__name__.endswith(".build_env"):
        _virtual(session, module.BuildEnvironment)


def _virtual_build_env(session, module):
    _virtual(session, module.VirtualBuildEnvironment)


def _virtual(session, kind):
    """An environment for one build, whose sitecustomize.py stands in front of all others; from pip 26.3 it is what is
    done where there is no ``venv`` (born.py).
    """

    def make(inner):
        def __init__(self, *args, **kwargs):
            inner(self, *args, **kwargs)
            session.ours(_let_in, session, self._site_dir + "/sitecustomize.py")

        return __init__

    wrap(kind, "__init__", make)


def _let_in(session, sitecustomize):
    note = session.lend() if session.running else "-"
    door.add(sitecustomize, session.home.root, note)


_PATCHES = {
    "pip._internal.cli.main": _main,
    "pip._internal.cli.main_parser": _main_parser,
    "pip._internal.index.package_finder": _package_finder,
    "pip._internal.operations.prepare": _prepare,
    "pip._internal.req": _req,
    "pip._internal.req.constructors": _constructors,
    "pip._internal.build_env": _build_env,
    "pip._internal.build_env.installer": _build_env,
    "pip._internal.build_env.virtual": _virtual_build_env,
    "pip._internal.resolution.resolvelib.resolver": _resolver,
    "pip._internal.resolution.legacy.resolver": _resolver,
}
