"""PRV-020: a model says who signed it, and that its signature is checked."""

from collections.abc import Iterator

from policies.engine import Claim, Enforcement, OnUnknown, Resource, Rule, Settings, Severity, require
from policies.linkage.vocabulary import MODEL
from policies.provenance.said import said


def _signed(model: Resource, _: Settings) -> Iterator[Claim]:
    signature = model["signature"]
    yield require(
        said(signature["identity"]) | said(signature["key"]), "nothing says who signed it", at=signature
    )
    yield require(
        signature["verified"].is_true(),
        "nothing checks its signature: signature.verified is not true",
        at=signature["verified"],
    )


RULE = Rule(
    id="PRV-020",
    version=1,
    title="Models are signed, and signatures are checked",
    why="A model is code that nobody can read; only its signature says that it is the one that was "
    "evaluated.",
    fix="Sign the model (OpenSSF model signing), set signature.identity and signature.issuer, or "
    "signature.key, and let admission check it before you set signature.verified.",
    severity=Severity.HIGH,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={MODEL: _signed},
)
