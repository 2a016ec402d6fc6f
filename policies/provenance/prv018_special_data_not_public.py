"""PRV-018: special categories of personal data reach no public endpoint unless a transform removed them."""

from collections.abc import Iterator

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
    forbid,
)
from policies.linkage import Attribute, doubts
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, SPECIAL


def _public(endpoint: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(endpoint)
    public = endpoint["exposure"].equals("public")
    effect = graph.effective(node.id)
    for code in sorted(effect.codes & SPECIAL):
        path = graph.witness(
            node.id,
            lambda key, code=code: (
                graph.nodes[key]["classification"]["contains"].any(lambda item: item.equals(code)).state
                is True
            ),
            lambda key, code=code: code in graph.effective(key).codes,
        )
        origin = path[0].node if path else "something upstream"
        yield forbid(
            public,
            f"anybody may ask it, and {code} of {origin} reaches it; no transform with evidence removed it",
            witness=path,
        )
    if Attribute.CODES in effect.open:
        open_ = Truth(None, doubts.readings(graph, node.id, Attribute.CODES))
        yield forbid(
            public & open_,
            "anybody may ask it, and special categories of personal data reach it",
            witness=graph.hops((), node.id),
        )


RULE = Rule(
    id="PRV-018",
    version=1,
    title="Special categories of data reach no public endpoint",
    why="Models answer with what they learned. Health data that reaches a public endpoint can be asked for.",
    fix="Put a transform with evidence between (reduces), leave the data out, or make the endpoint internal.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={ENDPOINT: _public},
    upstream=digests,
)
