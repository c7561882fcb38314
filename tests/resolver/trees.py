"""Source distributions that build with nothing but Python: their backend lies in their own tree."""

import io
import tarfile

_BACKEND = '''
import os, subprocess, sys, zipfile
NAME, VERSION, REQUIRES = {name!r}, {version!r}, {requires!r}
INFO = NAME.replace("-", "_") + "-" + VERSION + ".dist-info"

def _files():
    metadata = "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (NAME, VERSION)
    metadata += "".join("Requires-Dist: %s\\n" % r for r in REQUIRES)
    wheel = "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    return {{"METADATA": metadata, "WHEEL": wheel, "RECORD": ""}}

def get_requires_for_build_wheel(config_settings=None):
    return []

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    os.makedirs(os.path.join(metadata_directory, INFO))
    for name, text in _files().items():
        with open(os.path.join(metadata_directory, INFO, name), "w") as file:
            file.write(text)
    return INFO

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    if {runs!r} and subprocess.run([sys.executable, *{runs!r}]).returncode:
        sys.exit("what the build runs has failed")
    path = NAME.replace("-", "_") + "-" + VERSION + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, path), "w") as archive:
        for name, text in _files().items():
            archive.writestr(INFO + "/" + name, text)
    return path
'''


def sdist(folder, name, version="1.0", requires=(), build_requires=(), real_name="", runs=()):
    """Write ``NAME-VERSION.tar.gz``.

    real_name: what its metadata says, where that is another name; runs: words for Python, run when it is built.
    """
    root = f"{name.replace('-', '_')}-{version}"
    builders = ", ".join(f'"{requirement}"' for requirement in build_requires)
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {real_name or name}\nVersion: {version}\n",
        "pyproject.toml": f'[build-system]\nrequires = [{builders}]\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": _BACKEND.format(name=real_name or name, version=version, requires=list(requires), runs=list(runs)),
    }
    path = folder / f"{root}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for inner, text in files.items():
            member = tarfile.TarInfo(f"{root}/{inner}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path
