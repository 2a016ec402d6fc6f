"""PRV-009: whoever may read declared data is declared to read it."""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
)
from policies.linkage import access, graph, reconcile, upstream
from policies.linkage.access.globs import matches

_PLATFORM: Final = "platformIdentities"


def _check(resource: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    for stray in reconcile.by_evidence(stack).get(resource.urn, ()):
        if any(_is_ours(identity, stack, settings) for identity in stray.use.end.chain):
            continue
        yield Claim(
            ~stray.undeclared,
            _wrong(stray, graph.of(stack)),
            stray.use.grant.evidence.path,
            reconcile.witness(stray, graph.of(stack), stack),
        )


def _rests_on(resource: Resource, stack: Inventory) -> dict[str, str]:
    """Return digests of the data that a resource opens, and of all that it comes from, by id.

    A waiver is for that data: it ends when more of it lies behind the same door, or when it changes.
    """
    declared = graph.of(stack)
    found: dict[str, str] = {}
    for name in sorted(
        {stray.use.holder or "" for stray in reconcile.by_evidence(stack).get(resource.urn, ())}
    ):
        holder = declared.nodes.get(name)
        if holder is not None:
            found |= {name: upstream.digest(holder.resource), **upstream.digests(holder.resource, stack)}
    return found


def _wrong(stray: reconcile.Stray, declared: graph.Graph) -> str:
    use = stray.use
    holder = declared.nodes.get(use.holder or "")
    data = "data of which nobody knows yet what it is" if holder is None else holder.label
    verb = "reach" if access.Action.REACH in use.grant.actions else "read"
    consumer = declared.nodes.get(use.consumer or "")
    if consumer is None:
        return f"{use.end.identity} may {verb} {data}, and no declared node runs as it"
    return (
        f"{use.end.identity} may {verb} {data}, and {consumer.label}, which runs as it, does not declare that"
    )


def _is_ours(identity: access.Identity, stack: Inventory, settings: Settings) -> bool:
    names = access.of(stack).called(identity)
    return any(matches(pattern, (name,)) is True for pattern in settings.texts(_PLATFORM) for name in names)


RULE = Rule(
    id="PRV-009",
    version=1,
    title="No undeclared consumer",
    why="Whoever reads data without saying so carries none of its obligations, and breaks when it changes.",
    fix="Declare the edge from the data to its consumer and bind the identity to it (identities, or the tag "
    "trunkline:node), or take the access away; name identities of the platform itself in platformIdentities.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    upstream=_rests_on,
    joined=dict.fromkeys(access.evidence_kinds(), _check),
    parameters={
        _PLATFORM: Parameter(
            about="Patterns of identities that reach stores for the platform, such as administrators and "
            "the deployer, by ARN, name, object id or namespace/name; * stands for any text.",
            schema={"type": "array", "items": {"type": "string"}},
            default=[],
        )
    },
)
