"""Run by a poetry's own interpreter: write a poetry.lock with that poetry's Locker. Arguments: the lock's path.

Standard input holds the packages as JSON: [{"name", "version", "description", "needs": [PEP 508], "extras": {name:
[PEP 508]}, "files": [{"file", "hash"}], "source": {"type", "url", "reference", "resolved_reference", "subdirectory"}}].
"""

import json
import pathlib
import sys

from poetry.core.packages.dependency import Dependency
from poetry.core.packages.package import Package
from poetry.core.packages.project_package import ProjectPackage

if hasattr(Dependency, "create_from_pep_508"):
    create = Dependency.create_from_pep_508
else:  # poetry 1.1
    from poetry.core.packages import dependency_from_pep_508 as create


def package(told):
    source = {"source_" + key: value for key, value in told["source"].items()}
    made = Package(told["name"], told["version"], **source)
    made.description = told["description"]
    made.files = told["files"]
    for text in told["needs"]:
        made.add_dependency(create(text))
    made.extras = {name: [create(text) for text in needs] for name, needs in told["extras"].items()}
    return made


def main():
    path = pathlib.Path(sys.argv[1])
    root = ProjectPackage("root", "1.0")
    root.python_versions = "^3.8"
    packages = [package(told) for told in json.load(sys.stdin)]
    locker(path, {"name": "root", "dependencies": {}}).set_lock_data(root, transitive(packages))


def locker(path, content):
    from poetry.packages.locker import Locker

    try:
        return Locker(path, {"tool": {"poetry": content}} if sys.argv[2] >= "2" else content)
    except TypeError:
        return Locker(path, content)


def transitive(packages):
    try:
        from poetry.core.constraints.version import Version  # noqa: F401
        from poetry.core.version.markers import AnyMarker
        from poetry.packages.transitive_package_info import TransitivePackageInfo
    except ImportError:
        return packages
    return {package: TransitivePackageInfo(0, {"main"}, {"main": AnyMarker()}) for package in packages}


if __name__ == "__main__":
    main()
