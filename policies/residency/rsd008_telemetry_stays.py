"""RSD-008: logs and metrics of endpoints that know about people stay where that data must stay."""

from collections.abc import Iterator

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Hop,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    all_of,
    require,
)
from policies.engine.truth import NO, YES
from policies.linkage import Attribute, Graph, Region, doubts, physical
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, PERSONAL
from policies.residency.telemetry import sinks
from policies.residency.where import limits, path_to, told, within


def _stays(endpoint: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(endpoint)
    personal = _personal(graph, node.id)
    region, open_ = limits(graph, node, Attribute.STORAGE, Attribute.PROCESSING)
    if personal.state is False or (region == Region() and not open_):
        return
    for place in node.places:
        if (is_seen := physical.seen(place)).state is not True:
            wrong = "it knows about people, and something sends what is logged to where it must not be"
            yield require(personal.implies(is_seen), wrong, at=place.view, witness=graph.hops((), node.id))
    for sink in sinks(node, inventory, settings.lists("hosts")):
        fine = YES if region == Region() else sink.to.country(lambda code: within(region, code))
        holds = (personal & sink.gets).implies(all_of((fine, *open_)))
        if holds.state is not True:
            path = path_to(graph, node)
            yield require(
                holds,
                f"it knows about people, and {sink.resource.name} sends what is logged to {sink.to.shown}; "
                f"{told(region, path, node)}",
                at=endpoint["places"],
                witness=(*path, Hop(node=sink.resource.name, urn=sink.resource.urn, edge="monitoredBy")),
            )


def _personal(graph: Graph, node: str) -> Truth:
    effect = graph.effective(node)
    if effect.codes & PERSONAL:
        return YES
    if Attribute.CODES in effect.open:
        return Truth(None, doubts.readings(graph, node, Attribute.CODES))
    return NO


RULE = Rule(
    id="RSD-008",
    version=1,
    title="Telemetry of personal data stays where the data must stay",
    why="Requests and answers end up in logs; a log shipped to another country is a transfer like any other.",
    fix="Send telemetry to a workspace or service in an allowed country; tell hosts which country a "
    "service is in.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={ENDPOINT: _stays},
    upstream=digests,
    parameters={
        "hosts": Parameter(
            about="For countries (ISO 3166-1), the hosts of services that keep their data there, such as "
            '{"DE": ["*.logs.acme.example"]}; * stands for any text.',
            schema={
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            default={},
        )
    },
)
