"""Fields that data is declared to have, held against the fields that its readers count on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from policies.engine.values import Held
from policies.linkage import plain
from policies.linkage.graph import Graph
from policies.linkage.measures import Item, said
from policies.linkage.nodes import Node
from policies.linkage.vocabulary import EdgeKind, NodeKind

Fields: TypeAlias = Mapping[str, Held]
"""Fields by name."""

_FACTS: Final = ("type", "unit")


def fields(value: Held) -> Fields | None:
    """Return the fields in a list; ``None`` where there is none, or where nobody knows one of them."""
    items = plain.items(value)
    names = [plain.text(plain.at(item, "name")) for item in items]
    if not items or None in names:
        return None
    return {name: item for name, item in zip(names, items, strict=True) if name is not None}


def expected(node: Node) -> Mapping[str, Fields]:
    """Return the fields that a node counts on, by the input that it takes them from."""
    found: dict[str, Fields] = {}
    for item in plain.items(said(node, "expects")):
        upstream, wanted = plain.text(plain.at(item, "node")), fields(plain.at(item, "fields"))
        if upstream is not None and wanted is not None:
            found[upstream] = wanted
    return found


def mismatches(graph: Graph) -> Iterator[Item]:
    """Yield fields that a reader counts on and its input does not have, or has otherwise."""
    for node in graph.nodes.values():
        inputs = {edge.upstream for edge in graph.into(node.id)}
        for upstream, wanted in sorted(expected(node).items()):
            offered = fields(said(graph.nodes[upstream], "schema", "fields")) if upstream in inputs else None
            if offered is not None:
                for what in _differences(wanted, offered):
                    yield Item((node.id, upstream), what)


def unused(graph: Graph) -> Iterator[Item]:
    """Yield fields that no reader counts on, of data whose readers all say which ones they do."""
    for node in graph.nodes.values():
        offered = fields(said(node, "schema", "fields"))
        readers = [graph.nodes[edge.downstream] for edge in graph.out_of(node.id)]
        wanted = [expected(reader).get(node.id) for reader in readers]
        if offered is None or not wanted or None in wanted:
            continue
        names = {name for one in wanted if one is not None for name in one}
        for name in sorted(offered.keys() - names):
            yield Item((node.id,), f"no reader counts on the field {name}")


def skew(graph: Graph) -> Iterator[Item]:
    """Yield fields that a model learned from and its endpoint does not get, or gets otherwise."""
    for endpoint in graph.of(NodeKind.ENDPOINT):
        request = fields(said(endpoint, "schema", "fields")) or {}
        gets = request.keys() | {name for one in expected(endpoint).values() for name in one}
        unread = not (plain.known(said(endpoint, "schema")) and plain.known(said(endpoint, "expects")))
        for training in _trainings(graph, endpoint) if not unread else ():
            for upstream, learned in sorted(expected(training).items()):
                view = graph.nodes.get(upstream)
                # Other inputs, such as labels, are not there when it answers.
                if view is None or view.kind is not NodeKind.FEATURE_VIEW:
                    continue
                offered = fields(said(view, "schema", "fields")) or {}
                for name in sorted(learned):
                    for what in _skewed(name, gets=name in gets, request=request, offered=offered):
                        yield Item((endpoint.id, training.id, upstream), what)


def _skewed(name: str, *, gets: bool, request: Fields, offered: Fields) -> Iterator[str]:
    if not gets:
        yield f"the model learned from {name}, and nothing gives it that"
    elif name in request and name in offered:
        for fact in _FACTS:
            asked, learned = plain.at(request[name], fact), plain.at(offered[name], fact)
            if plain.known(asked) and plain.known(learned) and asked != learned:
                yield f"{fact} of {name} is not as the model learned it"


def _differences(wanted: Fields, offered: Fields) -> Iterator[str]:
    for name, field in sorted(wanted.items()):
        if name not in offered:
            yield f"{name} is not there"
            continue
        other = offered[name]
        for fact in _FACTS:
            asked, has = plain.text(plain.at(field, fact)), plain.at(other, fact)
            if asked is not None and plain.known(has) and asked != has:
                yield f"{fact} of {name} is {_shown(has)}, not {asked}"
        if plain.at(field, "nullable") is False and plain.at(other, "nullable") is True:
            yield f"{name} may be missing"


def _shown(value: Held) -> str:
    return value if isinstance(value, str) else "not told"


def _trainings(graph: Graph, endpoint: Node) -> Sequence[Node]:
    return [
        graph.nodes[made.upstream]
        for served in graph.into(endpoint.id)
        if served.kind is EdgeKind.SERVED_BY
        for made in graph.into(served.upstream)
        if made.kind is EdgeKind.PRODUCED_BY
    ]
