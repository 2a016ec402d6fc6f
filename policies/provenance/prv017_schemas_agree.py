"""PRV-017: who reads a field finds it as expected, and an endpoint gets the fields its model learned from."""

from collections.abc import Iterator
from typing import Final

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    all_of,
    any_of,
    require,
)
from policies.linkage import Graph, Node, doubts
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, FEATURE_VIEW, TRAINING, EdgeKind, NodeKind

_FACTS: Final = ("type", "unit")


def _expected(resource: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    for item in resource["expects"].each():
        for upstream, named in _named(graph, node, item):
            yield from _fields(graph, node, upstream, item, named)
        read = item["node"].one_of([edge.upstream for edge in graph.into(node.id)])
        missing = doubts.incomplete(graph, node.id)
        yield require(
            read | Truth(None, missing) if missing else read,
            f"it expects fields of {item['node']}, which it does not read",
            at=item["node"],
            witness=graph.hops((), node.id),
        )


def _named(graph: Graph, node: Node, item: View) -> Iterator[tuple[Node, Truth]]:
    """Yield the inputs that an entry of ``expects`` names, or may name."""
    for edge in graph.into(node.id):
        named = item["node"].equals(edge.upstream)
        if named.state is not False:
            yield graph.nodes[edge.upstream], named


def _fields(graph: Graph, node: Node, upstream: Node, item: View, named: Truth) -> Iterator[Claim]:
    path = graph.path(upstream.id, node.id)
    offered = upstream["schema"]["fields"]
    for field in item["fields"].each():
        there = offered.any(lambda one, field=field: _same(one["name"], field["name"]))
        yield require(
            named.implies(there),
            f"{upstream.label} has no field {field['name']}",
            at=field["name"],
            witness=path,
        )
        for fact in _FACTS:
            agrees = offered.all(
                lambda one, field=field, fact=fact: _same(one["name"], field["name"]).implies(
                    ~field[fact].present() | _same(one[fact], field[fact])
                )
            )
            yield require(
                named.implies(agrees),
                (
                    f"it takes the {fact} of {field['name']} for {field[fact]}, which {upstream.label} does "
                    "not say"
                ),
                at=field[fact],
                witness=path,
            )
        never = offered.all(
            lambda one, field=field: _same(one["name"], field["name"]).implies(
                ~(one["nullable"].is_true() & field["nullable"].equals(expected=False))
            )
        )
        yield require(
            named.implies(never),
            f"it counts on {field['name']} to be there, which may be missing in {upstream.label}",
            at=field["nullable"],
            witness=path,
        )


def _served(endpoint: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    yield from _expected(endpoint, inventory, settings)
    graph = linkage.of(inventory)
    node = graph.declared_by(endpoint)
    yield from _unseen(graph, node, node)
    for model in _upstream(graph, node, EdgeKind.SERVED_BY):
        yield from _unseen(graph, model, node)
        for training in _upstream(graph, model, EdgeKind.PRODUCED_BY):
            yield from _unseen(graph, training, node)
            for item in training["expects"].each():
                for upstream, named in _named(graph, training, item):
                    # Other inputs, such as labels, are not there when it answers.
                    if upstream.kind is NodeKind.FEATURE_VIEW:
                        yield from _learned(graph, node, upstream, item, named)


def _learned(graph: Graph, endpoint: Node, learned_from: Node, item: View, named: Truth) -> Iterator[Claim]:
    path = graph.path(learned_from.id, endpoint.id)
    request = endpoint["schema"]["fields"]
    given = [request, *(read["fields"] for read in endpoint["expects"].each())]
    for field in item["fields"].each():
        name = field["name"]
        gets = any_of(fields.any(lambda one, name=name: _same(one["name"], name)) for fields in given)
        yield require(
            named.implies(gets),
            f"its model learned from {name} of {learned_from.label}, and nothing gives it that field",
            witness=path,
        )
        for fact in _FACTS:
            agrees = all_of(
                (_same(got["name"], name) & _same(was["name"], name)).implies(_alike(got[fact], was[fact]))
                for got in request.each()
                for was in learned_from["schema"]["fields"].each()
            )
            yield require(
                named.implies(agrees),
                f"its model learned {name} from {learned_from.label}, and is asked with another {fact}",
                witness=path,
            )


def _upstream(graph: Graph, node: Node, kind: EdgeKind) -> Iterator[Node]:
    return (graph.nodes[edge.upstream] for edge in graph.into(node.id) if edge.kind is kind)


def _unseen(graph: Graph, node: Node, endpoint: Node) -> Iterator[Claim]:
    if missing := doubts.incomplete(graph, node.id):
        wrong = f"{node.label} learned from fields that the endpoint does not get"
        yield require(Truth(None, missing), wrong, witness=graph.path(node.id, endpoint.id))


def _same(one: View, other: View) -> Truth:
    return one.relates(other, lambda left, right: left == right)


def _alike(one: View, other: View) -> Truth:
    """Return whether both say the same, or both say nothing."""
    return _same(one, other) | (~one.present() & ~other.present())


RULE = Rule(
    id="PRV-017",
    version=1,
    title="Training and serving agree on their fields",
    why="A model that is given seconds where it learned milliseconds answers, and nothing looks wrong.",
    fix="Change schema or expects so that name, type, unit and nullability agree, and give the endpoint "
    "every feature "
    "that training used.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={FEATURE_VIEW: _expected, TRAINING: _expected, ENDPOINT: _served},
    upstream=digests,
)
