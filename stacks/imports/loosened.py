"""Where a dataset says less than its contract: the platform file wins, but it must not loosen anything."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, cast

from policies.linkage import regions
from stacks.imports import licences
from stacks.imports.odcs import LEVELS
from stacks.spec.problems import listed, shown

Loosened = Callable[[Any, Any], str | None]
"""From what holds and what the contract asks for, to what is wrong; ``None`` where nothing is."""


def why(key: str, own: Any, given: Any) -> str | None:
    """Return how ``own`` is looser than ``given``, as the beginning of a sentence; ``None`` if it is not.

    Args:
        key: The key of a dataset in a platform file.
        own: What holds, as JSON has it.
        given: What the contract says, likewise.
    """
    loosened = _LOOSENED.get(key)
    return loosened(own, given) if loosened is not None else None


def _confidentiality(own: str, given: str) -> str | None:
    looser = LEVELS.index(own) < LEVELS.index(given)
    return f"{shown(own)} is more open than {shown(given)}" if looser else None


def _licence(own: str, given: str) -> str | None:
    return None if licences.keeps(own, given) else f"{shown(own)} does not keep to {shown(given)}"


def _retention(own: str, given: str) -> str | None:
    longer = int(own.removesuffix("d")) > int(given.removesuffix("d"))
    return f"{shown(own)} is longer than {shown(given)}" if longer else None


def _classification(own: Mapping[str, Any], given: Mapping[str, Any]) -> str | None:
    lacking = sorted(set(given.get("contains", ())) - set(own.get("contains", ())))
    if lacking:
        return f"`contains` leaves out {listed(map(shown, lacking))}"
    # The contract tells of sensitive data in words that are no codes.
    silent = not given.get("contains") and not own.get("contains") and own.get("evaluated")
    return "`contains` is empty in spite of sensitive data" if silent else None


def _within(own: Collection[str], given: Collection[str]) -> str | None:
    """Nothing may be allowed that the contract does not allow."""
    more = sorted(_countries(own) - _countries(given))
    return f"It allows {_few(more)} beside {_few(given)}" if more else None


def _at_least(own: Collection[str], given: Collection[str]) -> str | None:
    """Nothing may be missing that the contract forbids."""
    lacking = sorted(_countries(given) - _countries(own))
    return f"It leaves out {_few(lacking)}" if lacking else None


def _on(own: object, given: object) -> str | None:
    return "It is false against true" if given is True and own is False else None


def _countries(words: Collection[str]) -> frozenset[str]:
    found, known = regions.expand(words)
    return found if known else found | frozenset(words)


def _few(words: Collection[str]) -> str:
    return listed(map(shown, words)) or "nothing"


def _purposes(own: Collection[str], given: Collection[str]) -> str | None:
    more = sorted(set(own) - set(given))
    return f"It allows {_few(more)} beside {_few(given)}" if more else None


_LOOSENED: Final = cast(
    "Mapping[str, Loosened]",
    {
        "confidentiality": _confidentiality,
        "license": _licence,
        "retention": _retention,
        "classification": _classification,
        "purposes": _purposes,
        "storageAllowed": _within,
        "processingIncluded": _within,
        "storageForbidden": _at_least,
        "processingExcluded": _at_least,
        "onPremOnly": _on,
        "live": _on,
    },
)
"""The keys that constrain something; any other key the platform file may say as it likes."""
