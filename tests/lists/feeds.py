"""Feeds in the wire forms of their publishers, from real records and from invented names."""

import io
import json
import pathlib
import time
import zipfile

NOW = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())  # of the newest record that these feeds have
DATA = pathlib.Path(__file__).parent / "data"
RECORDS = ("MAL-2024-4922.json", "MAL-2025-6428.json", "MAL-2026-2144_litellm_compromised_excerpt.json")


def record(number, name, versions=("1.0",), **more):
    """An OSV record of an invented project. ``number``: the last part of its id."""
    affected = {"package": {"ecosystem": "PyPI", "name": name}, "versions": list(versions)}
    affected.update(more.pop("affected", {}))
    return {
        "schema_version": "1.7.4",
        "id": f"MAL-2026-{number}",
        "modified": more.pop("modified", "2026-01-01T00:00:00Z"),
        "published": "2026-01-01T00:00:00Z",
        "summary": f"Malicious code in {name} (PyPI)",
        "affected": [affected],
        **more,
    }


def real_records():
    """The records as they were published."""
    return [json.loads((DATA / name).read_text()) for name in RECORDS]


def osv(records, base="osv/", newest=NOW):
    """path -> bytes of OSV's folder for these records: archive, index, single records."""
    records = list(records)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PYSEC-2026-1.json", json.dumps({"id": "PYSEC-2026-1", "affected": []}))
        for one in records:
            archive.writestr(one["id"] + ".json", json.dumps(one))
    lines = [f"{newest},PYSEC-2026-1"] + [f"{one['modified']},{one['id']}" for one in records]
    files = {base + one["id"] + ".json": json.dumps(one).encode() for one in records}
    files[base + "all.zip"] = packed.getvalue()
    files[base + "modified_id.csv"] = ("\n".join(sorted(lines, reverse=True)) + "\n").encode()
    return files


def datadog():
    return (DATA / "datadog_manifest_pypi.json").read_bytes()


def splunk():
    return (DATA / "splunk_typo_squatted_python_packages.csv").read_bytes()


def public(base_records=()):
    """path -> bytes of a site that mirrors the three public feeds."""
    files = osv([*real_records(), *base_records])
    files["manifest.json"] = datadog()
    files["splunk.csv"] = splunk()
    return files
