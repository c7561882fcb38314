"""Inside pdm 2: its resolver and installer, which are unearth's.

    Core.main                        only a command that could install refuses; the exit code, and why, last of all
    PackageFinder._find_packages     every name asked of an index, before the request; bad releases are hidden
    PreparedCandidate._obtain        every file or link, before it is fetched
    BaseProvider.get_dependencies    who pulls whom in
"""

from .wrap import wrap


def patch(session, module):
    """Patch one module of pdm or unearth. Raises AttributeError where it is not as guard knows it."""
    _PATCHES[module.__name__](session, module)


def _core(session, module):
    def make(inner):
        def main(self, args=None, *more, **others):
            def call():
                return inner(self, args, *more, **others)

            def judged():
                return session.resolve(call) if session.report.read().installs else call()

            return session.run("pdm", args or [], judged)

        return main

    from pdm.exceptions import PdmException

    session.kind = PdmException
    wrap(module.Core, "main", make)


def _finder(session, module):
    def make(inner):
        def _find_packages(self, package_name, *args, **kwargs):
            if not session.at_work:
                return inner(self, package_name, *args, **kwargs)
            session.ours(session.meet, package_name)
            found = inner(self, package_name, *args, **kwargs)
            bad = session.ours(session.bad_releases, package_name)
            return session.ours(_good_releases, session, bad, list(found)) if bad else found

        return _find_packages

    wrap(module.PackageFinder, "_find_packages", make)


def _good_releases(session, bad, found):
    """The packages (unearth's) that are not hidden. ``bad``: {version as listed: Finding}."""
    from packaging.version import Version

    listed = {Version(version): finding for version, finding in bad.items()}
    hidden = {package.version for package in found if package.version and Version(package.version) in listed}
    session.hide(listed[Version(version)] for version in hidden)
    return [package for package in found if package.version not in hidden]


def _candidates(session, module):
    def make(inner):
        def obtain(self, *args, **kwargs):
            if session.at_work:
                session.ours(_meet, session, self.candidate)
            return inner(self, *args, **kwargs)

        return obtain

    of = module.PreparedCandidate
    wrap(of, "obtain" if hasattr(of, "obtain") else "_obtain", make)  # its name in later ones


def _meet(session, candidate):
    if candidate.name:
        session.meet(candidate.name, candidate.version or "", candidate.req.as_line())


def _providers(session, module):
    def make(inner):
        def get_dependencies(self, candidate, *args, **kwargs):
            found = inner(self, candidate, *args, **kwargs)
            session.ours(_remember, session, candidate, found)
            return found

        return get_dependencies

    wrap(module.BaseProvider, "get_dependencies", make)


def _remember(session, candidate, requirements):
    for requirement in requirements:
        if requirement.name and requirement.name != candidate.name:
            session.pulled(requirement.name, "%s==%s" % (candidate.name, candidate.version))


_PATCHES = {
    "pdm.core": _core,
    "pdm.models.candidates": _candidates,
    "pdm.resolver.providers": _providers,
    "unearth.finder": _finder,
}
