"""What the engine writes about a preview: the document of ``--json``, or its stream of events.

The document is written before a step is carried out, so it knows what the program asks for, and of what
exists already what it was. The events know the provider's guesses too, but not which property was made from
which resource. Both show a secret as ``[secret]``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from policies.engine.offline import fields
from policies.engine.offline.snapshot import InputError, Kind, Snapshot
from policies.engine.resource import Resource

_REMOVES: Final = frozenset({"delete", "discard"})
"""Steps after which the resource is gone; the steps of a replacement remove only its old version."""

_KEEPS: Final = frozenset({"same", "update", "refresh"})
"""Steps that keep what the provider reported, as far as they do not change it themselves."""

_LEAVES: Final = frozenset({"same", "read", "refresh"})
"""Steps that leave the state as it is."""

_ONLY_POLICIES: Final = "preview failed"
"""The one error of a preview that ran to its end and was refused by a policy pack."""

_FAILED: Final = (
    "the preview failed before it knew every resource, so a scan of it would miss some. Its own output says "
    "why; mend that and run it again. To judge what it did get to: --partial"
)
_PARTIAL: Final = (
    "The preview failed before it knew every resource; what it did not get to is not judged here."
)


def of_digest(document: Mapping[str, Any], *, partial: bool) -> Snapshot:
    """Read the document that ``pulumi preview --json`` prints.

    Args:
        document: The parsed document.
        partial: Whether a document without all resources will do.

    Raises:
        InputError: It does not show every resource, or a field has the wrong shape.
    """
    found: dict[str, Resource] = {}
    before: dict[str, str] = {}
    left_out: dict[str, str] = {}
    unchanged, changes = 0, False
    for position, step in enumerate(fields.sequence(document, "steps", "the preview"), start=1):
        where = f"step {position} of the preview"
        if not isinstance(step, Mapping):
            raise InputError(f"{where} must be an object, not {fields.called(step)}")
        step = cast("Mapping[str, Any]", step)
        operation, urn = fields.text(step, "op", where), fields.text(step, "urn", where)
        unchanged += operation == "same"
        changes = changes or operation not in _LEAVES
        old, new = fields.mapping(step, "oldState", where), fields.mapping(step, "newState", where)
        if old:
            before.setdefault(urn, fields.text(old, "modified", where))
        if reason := fields.unjudged(new):
            left_out[urn] = reason
        elif new:
            found[urn] = fields.resource(
                new, where, settled=False, outputs=_outputs(operation, old, new, where)
            )
        elif operation in _REMOVES:
            found.pop(urn, None)
    failed = _failed(fields.sequence(document, "diagnostics", "the preview"))
    summary = fields.mapping(document, "changeSummary", "the preview")
    failed = failed or not summary
    missing = max(_count(summary) - unchanged, 0)
    return _snapshot(
        found,
        before,
        left_out=Counter(left_out.values()),
        as_of=max(before.values(), default="") if changes else "",
        missing=missing,
        partial=failed or missing > 0,
        notes=_gaps(missing, failed=failed, partial=partial),
    )


def of_events(events: Iterable[Mapping[str, Any]], *, partial: bool) -> Snapshot:
    """Read the events of a preview, as ``--event-log`` or a streamed ``--json`` write them.

    Arguments and errors are those of :func:`of_digest`.
    """
    found: dict[str, Resource] = {}
    before: dict[str, str] = {}
    left_out: dict[str, str] = {}
    diagnostics: list[Any] = []
    ended = False
    for position, event in enumerate(events, start=1):
        where = f"event {position}"
        if "diagnosticEvent" in event:
            diagnostics.append(event["diagnosticEvent"])
        ended = ended or "summaryEvent" in event
        step = fields.mapping(event, "resourcePreEvent", where) or fields.mapping(
            event, "resOutputsEvent", where
        )
        if not step:
            continue
        if step.get("planning") is not True:
            raise InputError(
                "these are the events of an update, not of a preview. After an update its result counts: "
                "pulumi stack export | trunkline scan -"
            )
        metadata = fields.mapping(step, "metadata", where)
        operation, urn = fields.text(metadata, "op", where), fields.text(metadata, "urn", where)
        new = fields.mapping(metadata, "new", where)
        if fields.mapping(metadata, "old", where):
            before[urn] = ""
        if reason := fields.unjudged(new):
            left_out[urn] = reason
        elif new:
            found[urn] = fields.resource(new, where, settled=False)
        elif operation in _REMOVES:
            found.pop(urn, None)
    failed = _failed(diagnostics) or not ended
    return _snapshot(
        found,
        before,
        left_out=Counter(left_out.values()),
        partial=failed,
        notes=_gaps(0, failed=failed, partial=partial),
    )


def _snapshot(found: Mapping[str, Resource], before: Mapping[str, str], **more: Any) -> Snapshot:
    stack, project = min((fields.place(urn, "the preview")[:2] for urn in found), default=("", ""))
    return Snapshot(
        kind=Kind.PREVIEW,
        resources=tuple(found.values()),
        stack=stack,
        project=project,
        existing=frozenset(before) & frozenset(found),
        **more,
    )


def _gaps(missing: int, *, failed: bool, partial: bool) -> tuple[str, ...]:
    """Return a sentence for each way in which a preview shows too little.

    Raises:
        InputError: There is one, and a part of the resources will not do.
    """
    if failed and not partial:
        raise InputError(_FAILED)
    if missing and not partial:
        raise InputError(
            f"the preview leaves out {missing} resources that do not change, and rules that join resources "
            "need them. Run it with --show-sames: pulumi preview --json --show-sames. To judge only what "
            "changes: --partial"
        )
    unseen = (
        f"{missing} resources that do not change are not in the preview; rules that join resources may see "
        "too little."
    )
    return (*((_PARTIAL,) if failed else ()), *((unseen,) if missing else ()))


def _outputs(
    operation: str, old: Mapping[str, Any], new: Mapping[str, Any], where: str
) -> Mapping[str, Any] | None:
    """Return what is known of the outputs; ``None`` where the step says it."""
    if "outputs" in new or operation not in _KEEPS:
        return None
    kept = fields.mapping(old, "outputs", where)
    if operation != "update":
        return kept
    return {**kept, **fields.mapping(new, "inputs", where)}


def _failed(diagnostics: Iterable[Any]) -> bool:
    """Return whether something went wrong besides a policy's refusal."""
    return any(
        diagnostic.get("severity") == "error"
        and str(diagnostic.get("message")).strip().removeprefix("error: ") != _ONLY_POLICIES
        for diagnostic in diagnostics
        if isinstance(diagnostic, Mapping)
    )


def _count(summary: Mapping[str, Any]) -> int:
    count = summary.get("same", 0)
    return count if isinstance(count, int) else 0
