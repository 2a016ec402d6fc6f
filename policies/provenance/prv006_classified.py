"""PRV-006: of every dataset it is known which protected data it holds, and how closely it is held."""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    all_of,
    require,
)
from policies.linkage.vocabulary import CODES, DATASET, Confidentiality
from policies.provenance.said import said


def _classified(dataset: Resource, _: Settings) -> Iterator[Claim]:
    level = dataset["confidentiality"]
    yield require(
        level.one_of(tuple(Confidentiality)),
        f"nothing says how closely it is held: confidentiality is {level}",
    )
    evaluated = dataset["classification"]["evaluated"]
    everything = evaluated.any(lambda code: code.equals("all"))
    each = all_of(evaluated.any(lambda code, one=one: code.equals(one)) for one in sorted(CODES))
    yield require(
        everything | each,
        f"not every kind of protected data was looked for ({', '.join(sorted(CODES))}): name each in "
        "classification.evaluated, or all",
        at=evaluated,
    )
    tool = dataset["classification"]["tool"]
    yield require(said(tool), "nothing says what looked for protected data", at=tool)


RULE = Rule(
    id="PRV-006",
    version=1,
    title="Datasets are classified",
    why="Every rule about protected data starts from what somebody found in it; what nobody looked for is "
    "not absent.",
    fix="Run a classifier over the data, and set classification.evaluated, classification.contains, "
    "classification.tool and confidentiality.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={DATASET: _classified},
)
