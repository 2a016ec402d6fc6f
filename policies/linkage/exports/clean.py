"""A graph that may be shown to anybody: the same nodes and edges, without what must not be written.

What arrived secret becomes unknown. It is also taken out of every other text of the graph that holds it, and
links lose what they carry to open a door.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

from policies.engine.values import UNKNOWN, Properties, Secret, Value
from policies.linkage.graph import Graph
from policies.linkage.nodes import read
from policies.report import redaction

_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a character; no file in UTF-8 can hold one."""
_LOGIN: Final = re.compile(r"(?<=://)[^/@\s?#]+@")
"""User and password in front of a host."""
_QUERY: Final = re.compile(r"\?\S+")
_GRANTS: Final = re.compile(r"sig|token|secret|passw|key=|credential", re.IGNORECASE)
"""Words in the query of a link that grants access to whoever holds it, as presigned links do."""
_SHOWN: Final = "[secret]"
_LONG: Final = 12
_MIXED: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z]).{8,}", re.DOTALL)


def cleaned(
    graph: Graph, *, secrets: Collection[str] = (), hide: Callable[[str], str] = lambda text: text
) -> Graph:
    """Return ``graph`` without anything secret.

    Args:
        graph: What anybody declared.
        secrets: Texts that are secret elsewhere in the stack.
        hide: Takes whatever else must not be shown out of a text.
    """
    own = redaction.texts(node.resource for node in graph.nodes.values())
    taken = sorted(filter(_distinct, {*own, *secrets}), key=lambda text: (-len(text), text))

    def clean(text: str) -> str:
        for secret in taken:
            text = text.replace(secret, _SHOWN)
        return hide(safe(text))

    return Graph(
        read(
            replace(
                node.resource,
                urn=clean(node.resource.urn),
                name=clean(node.resource.name),
                inputs=_properties(node.resource.judged, clean),
                outputs=None,
                source_position=clean(node.resource.source_position or "") or None,
            )
        )
        for node in graph.nodes.values()
    )


def safe(text: str) -> str:
    """Return a text that can be written to any file, without what a link carries to open a door."""
    whole = _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
    return _QUERY.sub(_harmless, _LOGIN.sub("", whole)) if "://" in whole else whole


def _harmless(query: re.Match[str]) -> str:
    return "" if _GRANTS.search(query[0]) else query[0]


def _distinct(text: str) -> bool:
    """Return whether a text tells a secret from a word: the parts of a secret document are mostly words."""
    return len(text) >= _LONG or _MIXED.fullmatch(text) is not None


def _properties(held: Properties, clean: Callable[[str], str]) -> Properties:
    # A preview may not show a resource: then every property is unknown, and there is nothing to clean.
    if not isinstance(held, dict):
        return held
    return {clean(key): _cleaned(value, clean) for key, value in held.items()}


def _cleaned(value: Value, clean: Callable[[str], str]) -> Value:
    match value:
        case Secret():
            return UNKNOWN
        case str():
            return clean(value)
        case Mapping():
            return {clean(key): _cleaned(item, clean) for key, item in value.items()}
        case list() | tuple():
            return [_cleaned(item, clean) for item in value]
        case _:
            return value
