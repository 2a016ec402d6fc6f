"""Nothing that was secret is ever written, whatever a rule put into a message.

A view shows a secret as ``[secret]``, so a rule does not come by one unless it looks behind the view. This is
the second line: every secret whose plain text is in the file is taken out of every message.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from policies.engine import Evaluation, Finding, Resource
from policies.engine.values import Secret, Value

_SHOWN: Final = "[secret]"
_DISTINCT: Final = 4
"""Characters from which a text is taken out wherever it stands; a shorter one only between quotes."""
_CUT: Final = 80
"""Characters of a long text that a message shows (``policies.engine.view``)."""


def redacted(evaluation: Evaluation, resources: Iterable[Resource]) -> Evaluation:
    """Return ``evaluation`` without any secret of ``resources``."""
    secrets = sorted(texts(resources), key=lambda text: (-len(text), text))
    if not secrets:
        return evaluation
    return Evaluation(
        findings=tuple(_finding(finding, secrets) for finding in evaluation.findings),
        verdicts=evaluation.verdicts,
    )


def texts(resources: Iterable[Resource]) -> set[str]:
    """Return every text that must not be shown: secrets, what is inside them, and how they would be cut."""
    found = {
        text
        for resource in resources
        for properties in (resource.inputs, resource.outputs)
        if properties is not None
        for text in _secrets(properties)
    }
    return {*found, *(text[:_CUT] for text in found if len(text) > _CUT)} - {""}


def _finding(finding: Finding, secrets: Sequence[str]) -> Finding:
    def clean(text: str) -> str:
        for secret in secrets:
            text = _without(text, secret)
        return text

    return replace(
        finding,
        message=clean(finding.message),
        path=clean(finding.path),
        witness=tuple(
            replace(hop, node=clean(hop.node), edge=clean(hop.edge), position=clean(hop.position))
            for hop in finding.witness
        ),
    )


def _without(text: str, secret: str) -> str:
    if len(secret) >= _DISTINCT:
        return text.replace(secret, _SHOWN)
    return text.replace(f"'{secret}'", _SHOWN)


def _secrets(value: Value) -> Iterator[str]:
    match value:
        case Secret():
            yield from _inside(value.value)
        case str():
            return
        case Mapping():
            for item in value.values():
                yield from _secrets(item)
        case list() | tuple():
            for item in value:
                yield from _secrets(item)
        case _:
            return


def _inside(value: Value) -> Iterator[str]:
    """Yield every text inside a secret, and inside the JSON that it may be."""
    match value:
        case Secret():
            yield from _inside(value.value)
        case str():
            yield value
            yield from _inside(_parsed(value))
        case Mapping():
            for key, item in value.items():
                yield key
                yield from _inside(item)
        case list() | tuple():
            for item in value:
                yield from _inside(item)
        case int() | float() if not isinstance(value, bool):
            yield str(value)
        case _:
            return


def _parsed(text: str) -> Value:
    if text[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
