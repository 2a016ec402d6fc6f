"""Who is calling: which engine run a connection belongs to, and how its provider was configured.

The engine opens one connection for each provider instance of a program, so the peer address tells several
``aws`` providers of one program apart. All connections of one run name the same engine address.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from stacks.sandbox.cloud import Settings

_Value = TypeVar("_Value")

_REMEMBERED = 512  # connections; a run needs one for each provider instance

Known = defaultdict[str, set[str]]


class Sessions:
    """The connections of one provider server."""

    def __init__(self) -> None:
        """Know nobody."""
        self._engine_of: OrderedDict[str, str] = OrderedDict()
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._settings: OrderedDict[str, Settings] = OrderedDict()

    def greet(self, peer: str, engine: str) -> None:
        """Remember which engine run a connection belongs to."""
        _remember(self._engine_of, peer, engine)

    def engine(self, peer: str) -> str:
        """Return the address of the engine behind a connection, empty where it never said."""
        return self._engine_of.get(peer, "")

    def configure(self, peer: str, settings: Settings) -> None:
        """Remember how the provider of a connection is configured."""
        _remember(self._settings, peer, settings)

    def settings(self, peer: str) -> Settings | None:
        """Return how the provider of a connection is configured, None before it was."""
        return self._settings.get(peer)

    def known(self, peer: str) -> Known:
        """Return the ids, by URN, that the engine has shown to know in this run."""
        engine = self._engine_of.get(peer) or peer
        if engine not in self._known:
            _remember(self._known, engine, defaultdict(set))
        return self._known[engine]


def _remember(into: OrderedDict[str, _Value], key: str, value: _Value) -> None:
    into[key] = value
    into.move_to_end(key)
    while len(into) > _REMEMBERED:
        into.popitem(last=False)
