"""DataDog's manifest: one JSON object, project -> null (all of it is malicious) or a list of bad releases.

https://github.com/DataDog/malicious-software-packages-dataset, Apache-2.0. Its keys are as written (``Roblox.-com``).
A list of releases means a good project that was taken over: DataDog keeps those apart as compromised libraries.
"""

import json
from collections.abc import Iterator

from guard.core.errors import BadData
from guard.core.lookup import COMPROMISED, MALICIOUS

from ..claim import Claim, name_of
from ..config import Source
from ..source import text_of
from ..web import shown

PAGE = "https://github.com/DataDog/malicious-software-packages-dataset"


def parse(data: bytes, source: Source) -> Iterator[Claim]:
    """The claims in a manifest. Raises BadData where it is not one."""
    try:
        manifest = json.loads(text_of(data, source))
    except (ValueError, RecursionError) as error:
        raise BadData(f"{shown(source.url)}: not a manifest: {error}") from error
    if not isinstance(manifest, dict):
        raise BadData(f"{shown(source.url)}: not a manifest: no object of names")
    for key, versions in manifest.items():
        name = name_of(key)
        if versions is not None and not (isinstance(versions, list) and all(isinstance(v, str) for v in versions)):
            raise BadData(f"{shown(source.url)}: {key[:80]!r} has neither null nor a list of releases")
        if not name:
            continue
        if versions is None:
            yield Claim(name, source.label, MALICIOUS, evidence=(PAGE,))
        else:
            yield Claim(name, source.label, COMPROMISED, versions=tuple(versions), evidence=(PAGE,))
