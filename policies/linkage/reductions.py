"""Transforms that lower a classification, and when they count.

D&TA 1.0.0 and the OASIS draft call them ``data-risk-reducing``: a technology, the tool, its parameters
and its results. Here one counts only with the tool and the digest of the evidence: who says "anonymised"
without saying how has lowered nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from re import fullmatch
from typing import Final

from policies.engine import View
from policies.linkage.nodes import Node, known, text, texts, word
from policies.linkage.vocabulary import CODES, Confidentiality

TECHNOLOGIES: Final = frozenset(
    {
        "data-anonymization",
        "data-masking",
        "data-minimization",
        "data-redaction",
        "differential-privacy",
        "k-anonymity",
        "l-diversity",
        "pseudonymization",
        "t-closeness",
        "tokenization",
    }
)
"""Technologies of the OASIS draft (``data-risk-reducing/technology``) that change what the data says.

Encryption, federated learning, homomorphic encryption and multi-party computation are left out: they protect
data on its way and leave its classification as it is.
"""

DIGEST: Final = r"sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reduction:
    """One declared transform."""

    technology: str | None
    removes: frozenset[str]
    """Codes of protected data that are gone afterwards."""
    lowers_to: Confidentiality | None
    lacks: tuple[str, ...]
    """What is missing before it counts, for a sentence."""
    known: bool
    """Whether all of it is known; otherwise it may count, and remove as much as stands here, or not."""
    view: View

    @property
    def proven(self) -> bool:
        """Whether it counts."""
        return self.known and not self.lacks


def reductions(node: Node) -> Iterator[Reduction]:
    """Yield the transforms that ``node`` declares."""
    for view in node["reduces"].each():
        yield _reduction(view)


def _reduction(view: View) -> Reduction:
    technology = text(view["technology"])
    removes, removes_known = texts(view["removes"])
    lowers_to, level_known = word(view["lowersTo"], Confidentiality)
    evidence = text(view["evidence"])
    unread = [key for key in ("technology", "tool", "evidence") if not known(view[key])]
    lacks: list[str] = []
    if known(view["technology"]) and technology not in TECHNOLOGIES:
        lacks.append("a technology that changes what the data says")
    if known(view["tool"]) and not (text(view["tool"]) or "").strip():
        lacks.append("the tool")
    if known(view["evidence"]) and not fullmatch(DIGEST, evidence or ""):
        lacks.append("the digest of the evidence (sha256:…)")
    if removes_known and level_known and not removes and lowers_to is None:
        lacks.append("what it removes or lowers")
    return Reduction(
        technology=technology,
        removes=frozenset(removes) if removes_known else CODES,
        lowers_to=lowers_to if level_known else Confidentiality.PUBLIC,
        lacks=tuple(lacks),
        known=not unread and removes_known and level_known,
        view=view,
    )
