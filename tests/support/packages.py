"""Harmless packages, built here: wheels and source distributions under invented names."""

import base64
import hashlib
import io
import tarfile
import zipfile


def wheel(folder, name, version="1.0", requires=(), extras=None):
    """Write ``NAME-VERSION-py3-none-any.whl`` into ``folder`` (a Path); ``extras`` is {extra: [requirement]}."""
    module = name.lower().replace("-", "_").replace(".", "_")
    info = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    for extra, needed in (extras or {}).items():
        metadata += f"Provides-Extra: {extra}\n"
        metadata += "".join(f'Requires-Dist: {requirement}; extra == "{extra}"\n' for requirement in needed)
    files = {
        f"{module}.py": f'VERSION = "{version}"\n',
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return path


def sdist(folder, name, version="1.0", requires=(), build_requires=("setuptools",)):
    """Write ``NAME-VERSION.tar.gz``, built by setuptools; ``build_requires`` goes into its pyproject.toml."""
    module = name.lower().replace("-", "_").replace(".", "_")
    root = f"{module}-{version}"
    needed = ", ".join(f'"{requirement}"' for requirement in requires)
    builders = ", ".join(f'"{requirement}"' for requirement in build_requires)
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": f'[build-system]\nrequires = [{builders}]\nbuild-backend = "setuptools.build_meta"\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = [{needed}]\n'
        f'[tool.setuptools]\npy-modules = ["{module}"]\n',
        f"{module}.py": f'VERSION = "{version}"\n',
    }
    path = folder / f"{root}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for inner, text in files.items():
            data = text.encode()
            member = tarfile.TarInfo(f"{root}/{inner}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def _digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def wheel_of(place, folder, name):
    """Make a wheel of what is installed as ``name``, pure Python, in the venv ``place``. Returns its path."""
    (site,) = place.glob("lib/*/site-packages")
    (info,) = site.glob(f"{name}-*.dist-info")
    path = folder / f"{info.stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted([*(site / name).rglob("*"), *info.iterdir()]):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(site))
    return path
