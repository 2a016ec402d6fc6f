"""States and previews as Pulumi writes them, for tests that need no engine."""

import json
from collections.abc import Mapping
from typing import Any

PROJECT = "urn:pulumi:dev::acme"
PROVIDER = f"{PROJECT}::pulumi:providers:aws::aws"
ACL = "aws:s3/bucketAcl:BucketAcl"
BUCKET = "aws:s3/bucket:Bucket"
PUBLIC = {"bucket": "docs", "acl": "public-read"}
LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def urn(token: str, name: str) -> str:
    return f"{PROJECT}::{token}::{name}"


def entry(token: str, name: str, inputs: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a resource of a state, alive unless ``more`` says otherwise."""
    return {
        "urn": urn(token, name),
        "custom": True,
        "id": name,
        "type": token,
        "inputs": inputs,
        "outputs": inputs,
        "provider": f"{PROVIDER}::0f8a3c1d-2e4b-5a69-8f8a-3c1d2e4b5a69",
        "modified": "2026-11-23T16:58:49.334154108Z",
        **more,
    }


def ciphertext(text: str) -> dict[str, Any]:
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": text}


def plaintext(value: Any) -> dict[str, Any]:
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": json.dumps(value),
    }


def state(*entries: Any, **more: Any) -> str:
    """Return an exported state."""
    deployment = {"manifest": {"version": "v3.259.0"}, "resources": list(entries), **more}
    return json.dumps({"version": 3, "deployment": deployment})


def step(operation: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a step of a preview; what exists before is shown with its outputs, what comes without."""
    shown: dict[str, Any] = {"op": operation, "urn": (new or old or {})["urn"]}
    if old is not None:
        shown["oldState"] = dict(old)
    if new is not None:
        shown["newState"] = {key: value for key, value in new.items() if key not in {"outputs", "id"}}
    return shown


def preview(*steps: Mapping[str, Any], **more: Any) -> str:
    """Return the document of ``pulumi preview --json --show-sames``."""
    counts: dict[str, int] = {}
    for each in steps:
        counts[each["op"]] = counts.get(each["op"], 0) + 1
    return json.dumps({"config": {}, "steps": list(steps), "duration": 1, "changeSummary": counts, **more})


def creating(*entries: Mapping[str, Any]) -> str:
    """Return a preview that creates everything."""
    return preview(*(step("create", None, one) for one in entries))


def events(*steps: Mapping[str, Any], planning: bool = True, ended: bool = True) -> str:
    """Return the log of events of a preview that takes these steps."""
    lines: list[dict[str, Any]] = [{"preludeEvent": {"config": {}}}]
    for each in steps:
        old, new = each.get("oldState"), each.get("newState")
        metadata = {"op": each["op"], "urn": each["urn"], "old": old, "new": new}
        lines += [
            {"resourcePreEvent": {"metadata": metadata, "planning": planning}},
            {"resOutputsEvent": {"metadata": metadata, "planning": planning}},
        ]
    if ended:
        lines.append({"summaryEvent": {"isPreview": planning}})
    return "".join(json.dumps({"sequence": at, **line}) + "\n" for at, line in enumerate(lines))
