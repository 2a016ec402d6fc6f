"""PRV-002: a declaration has a lasting id, a version of its data, and words that the rules read."""

import re
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
    any_of,
    forbid,
    require,
)
from policies.linkage import declarations
from policies.linkage.vocabulary import DATASET, KINDS, MODEL
from policies.provenance.said import said

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def _words(node: Resource, _: Settings) -> Iterator[Claim]:
    yield _lasting(node)
    found = list(declarations.problems(node))
    for problem in found:
        if problem.known:
            yield forbid(problem.view.present(), problem.wrong, at=problem.view)
    # One question stands for everything that nobody knows yet.
    open_ = any_of(problem.view.present() for problem in found if not problem.known)
    yield forbid(open_.doubtful(), "a property is no word of the vocabulary")


def _versioned(node: Resource, settings: Settings) -> Iterator[Claim]:
    yield from _words(node, settings)
    version = node["version"]
    yield require(
        said(version) | node["live"].is_true(),
        "nothing says which version of it this is: version is missing, and it is not live",
        at=version,
    )


def _lasting(node: Resource) -> Claim:
    prefix = KINDS[node.kind].value
    identity = node["node"]
    return require(
        identity.satisfies(lambda text: _is_id(prefix, str(text))),
        f"it has no lasting id: node is {identity}, and must be {prefix}: with a name of letters, digits, "
        "'.', '_' and '-'",
    )


def _is_id(prefix: str, text: str) -> bool:
    kind, _, name = text.partition(":")
    return kind == prefix and _NAME.fullmatch(name) is not None


def _unique(node: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    here = graph.declared_by(node)
    same_id = [other.resource for other in graph.declared_twice.get(here.id, ())]
    open_ = [other for other in inventory.derive(_of_no_known_id) if other.kind == node.kind]
    for other in {each.urn: each for each in (*same_id, *open_)}.values():
        if other.urn != node.urn:
            same = node["node"].relates(other["node"], lambda mine, its: mine == its)
            name = other.urn.rpartition("::")[2]
            yield forbid(same, f"the resource {name} declares the same id: {node['node']}", at=node["node"])


def _of_no_known_id(inventory: Inventory) -> list[Resource]:
    return [node for node in inventory.of(*KINDS) if node["node"].present().state is None]


RULE = Rule(
    id="PRV-002",
    version=1,
    title="Declarations have a lasting id, a version, and words that the rules read",
    why="A model can be traced to its data only if the data still has the same name and version next year, "
    "and "
    "a misspelt property is read by no rule.",
    fix="Give every node an id of its own such as dataset:clicks, datasets and models a version, and use the "
    "properties of docs/policies/linkage.md.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={**dict.fromkeys(KINDS, _words), DATASET: _versioned, MODEL: _versioned},
    joined=dict.fromkeys(KINDS, _unique),
)
