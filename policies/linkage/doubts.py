"""Which readings leave a question about the graph open: the sentence "nobody knows yet" needs a place."""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from policies.engine import Truth, View
from policies.engine.truth import Reading
from policies.linkage import regions
from policies.linkage.nodes import Node, absent, known, texts
from policies.linkage.propagate import Attribute, declared
from policies.linkage.reductions import reductions

if TYPE_CHECKING:
    from policies.linkage.graph import Graph

_PROPERTIES: Final = {
    Attribute.CONFIDENTIALITY: ("confidentiality",),
    Attribute.CODES: ("classification",),
    Attribute.LICENCES: ("license",),
    Attribute.STORAGE: ("storageAllowed", "storageForbidden", "onPremOnly"),
    Attribute.PROCESSING: ("processingIncluded", "processingExcluded", "onPremOnly"),
    Attribute.PURPOSES: ("purposes",),
    Attribute.RETENTION: ("retentionDays",),
    Attribute.RISK: ("riskTier",),
}
_LOWERED: Final = frozenset({Attribute.CODES, Attribute.CONFIDENTIALITY})


def holds(graph: "Graph", node: str, attribute: Attribute, *, fine: bool) -> Truth:
    """Return whether what is known of ``attribute`` at ``node`` is fine, and whether that is all of it.

    What is known can only become stricter, so what is not fine now stays so. What is fine now may change
    while the attribute is open.
    """
    if not fine:
        return Truth(state=False)
    if attribute in graph.effective(node).open:
        return Truth(None, readings(graph, node, attribute))
    return Truth(state=True)


def readings(graph: "Graph", node: str, attribute: Attribute) -> tuple[Reading, ...]:
    """Return what leaves ``attribute`` open at ``node``: of all that does, what is nearest upstream."""
    distance = {node: 0}
    waiting, found, reached = deque([node]), list[Reading](), 0
    while waiting:
        here = waiting.popleft()
        if found and distance[here] > reached:
            break
        if missing := tuple(_missing(graph, graph.nodes[here], attribute)):
            found += missing
            reached = distance[here]
        for edge in graph.into(here):
            if edge.upstream not in distance:
                distance[edge.upstream] = distance[here] + 1
                waiting.append(edge.upstream)
    return tuple(dict.fromkeys(found))


def arriving(graph: "Graph", node: str, attribute: Attribute) -> tuple[Reading, ...]:
    """Return what leaves ``attribute`` open of what ``node`` inherits, whatever it says of itself."""
    found = [*incomplete(graph, node)]
    for edge in graph.into(node):
        if attribute in graph.effective(edge.upstream).open:
            found += readings(graph, edge.upstream, attribute)
    if attribute in _LOWERED and _unsure(graph.nodes[node]):
        found.append(Reading(graph.nodes[node].urn, "reduces"))
    return tuple(dict.fromkeys(found))


def incomplete(graph: "Graph", node: str) -> tuple[Reading, ...]:
    """Return the inputs of ``node`` where the list is not known to its end, or names what nobody declares."""
    here = graph.nodes[node]
    return () if here.inputs_known and node not in graph.broken else (Reading(here.urn, "inputs"),)


def _missing(graph: "Graph", node: Node, attribute: Attribute) -> Iterator[Reading]:
    yield from incomplete(graph, node.id)
    if attribute in declared(node).open:
        paths = _PROPERTIES[attribute]
        unread = [path for path in paths if not _whole(node[path])]
        for path in unread or [path for path in paths if absent(node[path])][:1] or paths[:1]:
            yield Reading(node.urn, path)
    if attribute in _LOWERED and _unsure(node):
        yield Reading(node.urn, "reduces")


def _whole(view: View) -> bool:
    """Return whether a value is known to its end; a list of places with a word that is none is not."""
    if not isinstance(view.raw, list | tuple):
        return known(view)
    words, complete = texts(view)
    return complete and (not view.path.startswith(("storage", "processing")) or regions.expand(words)[1])


def _unsure(node: Node) -> bool:
    """Return whether a transform of ``node`` may turn out to count or not."""
    return any(not each.known and not each.lacks for each in reductions(node))
