"""PRV-004: sources, datasets and models have a licence, and it is one."""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
    require,
)
from policies.linkage import licences
from policies.linkage.vocabulary import DATASET, MODEL, SOURCE


def _licensed(node: Resource, _: Settings) -> Iterator[Claim]:
    licence = node["license"]
    yield require(licence.filled(), "it has no licence", at=licence)
    yield from _expression(node, _)


def _dataset(dataset: Resource, _: Settings) -> Iterator[Claim]:
    """What was made from something else may leave the licence to that."""
    licence = dataset["license"]
    yield require(
        licence.filled() | dataset["inputs"].filled(),
        "it has no licence, nor anything it was made from",
        at=licence,
    )
    yield from _expression(dataset, _)


def _expression(node: Resource, _: Settings) -> Iterator[Claim]:
    licence = node["license"]
    yield forbid(
        licence.filled() & ~licence.satisfies(lambda text: licences.is_expression(str(text))),
        f"its licence is no SPDX expression: {licence}",
        at=licence,
    )
    yield forbid(
        licence.satisfies(
            lambda text: licences.is_expression(str(text)) and bool(licences.unknown_ids(str(text)))
        ),
        f"its licence names what is not on SPDX's list: {licence}; what is not there is called LicenseRef-…",
    )


RULE = Rule(
    id="PRV-004",
    version=1,
    title="Data and models have a licence that can be read",
    why="A licence nobody can read allows nothing, and the obligations of its data come with every model.",
    fix="Set license to an SPDX expression such as CC-BY-4.0, or to LicenseRef- and a name of your own.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={SOURCE: _licensed, DATASET: _dataset, MODEL: _licensed},
)
