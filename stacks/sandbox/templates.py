"""The small language of the data files: text with placeholders that an object's own values fill.

``{bucket}`` is a property, ``{id}`` a fact, ``{hex:17}`` is generated. A template that is one placeholder
and nothing else keeps the value's type. ``{{`` and ``}}`` are braces. Generated values derive from the
object's seed and the property they stand at, so the same object always gets the same ones.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import ipaddress
import string
import uuid
from typing import TYPE_CHECKING, Any

from stacks.sandbox import paths
from stacks.sandbox.wire import UNKNOWN, Secret, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_DER_SEQUENCE = b"\x30\x82\x03\xe0"  # how every X.509 certificate of about a kilobyte begins


def digest(seed: str, size: int) -> bytes:
    """Return ``size`` bytes that follow from the seed."""
    return hashlib.shake_128(seed.encode()).digest(size)


def _hex(seed: str, size: str) -> str:
    return digest(seed, int(size)).hex()[: int(size)]


def _digits(seed: str, size: str) -> str:
    number = int.from_bytes(digest(seed, int(size)), "big") % (9 * 10 ** (int(size) - 1))
    return str(number + 10 ** (int(size) - 1))


def _letters(seed: str, size: str) -> str:
    return "".join(_BASE32[byte % 32] for byte in digest(seed, int(size)))


def _base64(seed: str, size: str) -> str:
    return base64.b64encode(digest(seed, int(size))).decode()


def _ip(seed: str, network: str) -> str:
    """Return a host address of a network, never its first ten, which networks keep for themselves."""
    block = ipaddress.ip_network(network)
    room = block.num_addresses - 11
    return str(block[10 + int.from_bytes(digest(seed, 8), "big") % room])


def _certificate(seed: str, _: str) -> str:
    """Return base64 of a PEM block, as certificate authority data is handed out. It verifies nothing."""
    body = base64.encodebytes(_DER_SEQUENCE + digest(seed, 996)).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    return base64.b64encode(pem.encode()).decode()


_GENERATED: Mapping[str, Callable[[str, str], str]] = {
    "hex": _hex,
    "hex_upper": lambda seed, size: _hex(seed, size).upper(),
    "digits": _digits,
    "letters": _letters,
    "base64": _base64,
    "ip": _ip,
    "uuid": lambda seed, _: str(uuid.UUID(bytes=digest(seed, 16), version=4)),
    "certificate": _certificate,
}

_Part = tuple[str, str | None, str]


@functools.cache
def _parsed(template: str) -> tuple[_Part, ...]:
    return tuple((text, name, spec or "") for text, name, spec, _ in string.Formatter().parse(template))


def placeholders(template: str) -> list[str]:
    """Return the names of a template's placeholders, in order."""
    return [name for _, name, _ in _parsed(template) if name]


class MissingError(Exception):
    """A template needs a value that the object does not have."""


class Filler:
    """Fills templates for one object."""

    def __init__(self, seed: str, facts: Mapping[str, Any], properties: Mapping[str, Any]) -> None:
        """``facts`` come before ``properties`` of the same name."""
        self._seed = seed
        self._facts = facts
        self._properties = properties

    def fill(self, template: Any, at: str) -> Any:
        """Return the value a template stands for at property ``at``.

        The value is :data:`UNKNOWN` if a part of it is, and secret if a part of it is. Raises
        :class:`MissingError` where it needs a property that is absent.
        """
        if isinstance(template, list):
            return [self.fill(item, f"{at}[{index}]") for index, item in enumerate(template)]
        if not isinstance(template, str):
            return template
        parts = _parsed(template)
        if len(parts) == 1 and parts[0][0] == "" and parts[0][1] is not None:
            return self._value(parts[0][1], parts[0][2], at)
        written, hidden = "", False
        for text, name, spec in parts:
            written += text
            if name is None:
                continue
            value = self._value(name, spec, at)
            if isinstance(value, Secret):
                value, hidden = value.value, True
            if isinstance(value, Unknown):
                return Secret(UNKNOWN) if hidden else UNKNOWN
            written += str(value)
        return Secret(written) if hidden else written

    def _value(self, name: str, spec: str, at: str) -> Any:
        generate = _GENERATED.get(name)
        if generate is not None:
            return generate(f"{self._seed}/{at}", spec)
        if name in self._facts:
            return self._facts[name]
        value = paths.get(self._properties, paths.parse(name))
        if value is None:
            raise MissingError(name)
        return value
