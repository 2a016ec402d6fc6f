"""``python -m stacks.spec.reference``: write the reference part of docs/spec.md from schema and tables.

What stands above the marker line is written by hand and kept.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from stacks.spec import tables
from stacks.spec.schema import schema

FILE: Final = Path(__file__).parents[2] / "docs" / "spec.md"
MARKER: Final = "<!-- Written by `python -m stacks.spec.reference` from here to the end. -->"
_LONG_LIST: Final = 12

_SECTIONS: Final = (
    ("Platform", "The file", "the whole file"),
    ("Owner", "Owner", "`owner`"),
    (
        "OnPremSite",
        "OpenShift and Kubernetes sites",
        "`sites.<name>` with `kind: openshift` or `kind: kubernetes`",
    ),
    ("EksSite", "Amazon EKS sites", "`sites.<name>` with `kind: eks`"),
    ("AksSite", "Azure Kubernetes Service sites", "`sites.<name>` with `kind: aks`"),
    ("NodePool", "Node pools", "`sites.<name>.nodePools.<name>`"),
    ("Taint", "Taints", "an item of `taints`"),
    ("ObjectStore", "Object stores", "`objectStores.<name>`"),
    ("Source", "Sources", "`sources.<name>`"),
    ("Dataset", "Datasets", "`datasets.<name>`"),
    ("FeatureView", "Feature views", "`features.<name>`"),
    ("Model", "Models", "`models.<name>`"),
    ("Endpoint", "Endpoints", "`endpoints.<name>`"),
    ("Steward", "Stewards", "`owner` of what is named above"),
    ("Issuer", "Issuers", "`issuer`"),
    ("Classification", "Classification", "`classification`"),
    ("Quality", "Quality", "`quality`"),
    ("Reduction", "Transforms that lower a classification", "an item of `reduces`"),
    ("Signature", "Signatures", "`signature`"),
    ("Monitoring", "Monitoring", "`monitoring`"),
)


def text() -> str:
    """The generated part of the page, marker included."""
    return "\n".join([MARKER, "", *_sections(), *_kinds(), *_lists()]) + "\n"


def _sections() -> Iterator[str]:
    whole = schema()
    for name, title, where in _SECTIONS:
        part = whole if name == "Platform" else whole["$defs"][name]
        yield f"## {title}"
        yield ""
        yield f"{part['description']} Stands at: {where}."
        yield ""
        yield "| key | what it is | value | default |"
        yield "|---|---|---|---|"
        for key, field in part["properties"].items():
            default = "required" if key in part.get("required", ()) else _default(field)
            yield f"| `{key}` | {field.get('description', '')} | {_value(field)} | {default} |"
        yield ""


def _default(field: Mapping[str, Any]) -> str:
    default = field.get("default")
    return "" if default in (None, "", [], {}) else f"`{default}`"


def _value(field: Mapping[str, Any]) -> str:
    """What may stand in a field, in a few words."""
    options = [option for option in field.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        field = {**options[0], **{key: value for key, value in field.items() if key != "anyOf"}}
    match field:
        case {"const": only}:
            words = f"`{only}`"
        case {"enum": list(choices)} if len(choices) <= _LONG_LIST:
            words = " or ".join(f"`{choice}`" for choice in choices)
        case {"type": "array", "items": items}:
            words = f"list of: {_value(items)}"
        case {"patternProperties": {**named}}:
            words = f"mapping, name to: {_value(next(iter(named.values())))}"
        case {"minimum": least, "maximum": most}:
            words = f"whole number, {least} to {most}"
        case {"$ref": _} | {"oneOf": _}:
            words = "an entry, below"
        case _:
            words = "such as " + " or ".join(f"`{example}`" for example in field.get("examples", ()))
    return words


def _kinds() -> Iterator[str]:
    yield "## What each kind of site brings"
    yield ""
    yield "| kind | pods | services | network | reserved | Kubernetes | node pools |"
    yield "|---|---|---|---|---|---|---|"
    for name, kind in tables.kinds().items():
        pods = "from the VPC" if name == "eks" else str(kind.pods or "must be given")
        pools = ", ".join(f"{pool}: {row.size}, {row.nodes}" for pool, row in kind.pools.items())
        limits = kind.nodes_limits
        cells = (
            f"`{name}`",
            pods,
            str(kind.services),
            f"/{limits.largest} to /{limits.smallest}",
            ", ".join(str(network) for network in kind.reserved),
            f"{', '.join(kind.versions)}; default {kind.version}" if kind.version else "the cluster's own",
            pools or "the cluster's own",
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield "Sources of these numbers stand in `stacks/spec/data/kinds.json`."
    yield ""


def _lists() -> Iterator[str]:
    yield "## AWS regions"
    yield ""
    yield ", ".join(f"`{code}`" for code in sorted(tables.aws_regions()))
    yield ""
    yield "## Azure locations with availability zones"
    yield ""
    yield ", ".join(
        f"`{code}`" for code, location in sorted(tables.azure_locations().items()) if location.zones
    )


def main() -> None:
    """Write the generated part of the page."""
    written = FILE.read_text(encoding="utf-8").partition(MARKER)[0]
    FILE.write_text(written + text(), encoding="utf-8")
    sys.stdout.write(f"wrote {FILE}\n")


if __name__ == "__main__":
    main()
