"""An exported state, or the checkpoint file of a state backend."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from policies.engine.offline import fields
from policies.engine.offline.snapshot import InputError, Kind, Snapshot

if TYPE_CHECKING:
    from policies.engine.resource import Resource

_VERSIONS: Final = (3, 4)
"""Versions of the form (``apitype.DeploymentSchemaVersionLatest``, engine v3.259.0)."""

_HIDDEN: Final = (
    "The state is encrypted: values of secrets were not read, and what depends on one is unknown. To judge "
    "them too: pulumi stack export --show-secrets | trunkline scan -"
)


def of_deployment(document: Mapping[str, Any], text: str) -> Snapshot:
    """Read a deployment as it stands under ``deployment`` of an export or ``latest`` of a checkpoint.

    Args:
        document: The whole file.
        text: The text it was parsed from.

    Raises:
        InputError: It has another version, two live resources with one URN, or a field of the wrong shape.
    """
    inner = _deployment(document)
    live: dict[str, Resource] = {}
    modified: list[str] = []
    left_out: Counter[str] = Counter()
    entries = fields.sequence(inner, "resources", "the state")
    for position, entry in enumerate(entries, start=1):
        where = f"resource {position} of the state"
        if not isinstance(entry, dict):
            raise InputError(f"{where} must be an object, not {fields.called(entry)}")
        modified.append(fields.text(entry, "modified", where))
        if reason := fields.unjudged(entry):
            left_out[reason] += 1
            continue
        found = fields.resource(entry, where, settled=True)
        if found.urn in live:
            raise InputError(
                f"{where}: its URN stands for another live resource already ({found.urn}). The state is "
                "broken: run pulumi state repair, and export it again."
            )
        live[found.urn] = found
        if isinstance(entries, list):
            entries[position - 1] = None  # a large state need not be held twice
    stacks = {fields.place(urn, "the state")[:2] for urn in live}
    stack, project = min(stacks, default=("", ""))
    return Snapshot(
        kind=Kind.STATE,
        resources=tuple(live.values()),
        stack=stack,
        project=project,
        engine=fields.text(fields.mapping(inner, "manifest", "the state"), "version", "the manifest"),
        existing=frozenset(live),
        as_of=max(modified, default=""),
        left_out=left_out,
        notes=tuple(_notes(inner, stacks, encrypted='"ciphertext"' in text)),
    )


def _deployment(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "checkpoint" in document:
        inner = fields.mapping(fields.mapping(document, "checkpoint", "the file"), "latest", "the checkpoint")
    elif "deployment" in document:
        inner = fields.mapping(document, "deployment", "the file")
    else:
        return fields.mapping(document, "latest", "the file") if "latest" in document else document
    version = document.get("version")
    if version not in _VERSIONS:
        known = " and ".join(str(one) for one in _VERSIONS)
        shown = version if isinstance(version, int) else fields.called(version)
        raise InputError(
            f"the state has version {shown}; versions {known} are known. Export it again with a current "
            "Pulumi."
        )
    return inner


def _notes(inner: Mapping[str, Any], stacks: set[tuple[str, str]], *, encrypted: bool) -> list[str]:
    found: list[str] = []
    if encrypted:
        found.append(_HIDDEN)
    if pending := len(fields.sequence(inner, "pending_operations", "the state")):
        found.append(
            f"The last update was interrupted during {pending} operations; what they made is not in this "
            "state. Run pulumi refresh, and export it again."
        )
    if len(stacks) > 1:
        names = ", ".join(f"{project}/{stack}" for stack, project in sorted(stacks))
        found.append(f"The URNs in this state come from several stacks: {names}.")
    return found
