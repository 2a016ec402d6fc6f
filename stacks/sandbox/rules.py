"""What the data files say about a resource type: its id, its name, its computed values, its replacement."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How an object gets a name that the program did not give.

    ``property`` is the path that takes it. The name is the resource's Pulumi name, ``separator`` and
    ``suffix`` generated characters, within ``limit`` characters out of ``characters`` (a regular
    expression's character class, any where empty). ``value`` is the one name there can be.
    """

    property: str
    separator: str = "-"
    suffix: int = 7
    limit: int = 128
    characters: str = ""
    lower: bool = False
    prefix: str = ""
    uuid: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Objects of ``type`` whose ``property`` names an object keep that object from being deleted."""

    type: str
    property: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRules:
    """The rules of one resource type, defaults included.

    ``replace`` holds property paths without list indices; ``*`` is every property but tags. ``outputs``
    maps paths to templates; ``defaults`` do so for names at any depth, ``top`` for names at the top only.
    ``optional_inside`` tells that the SDK marks everything inside a computed object as optional, so that
    being optional says nothing there. ``path`` is an ARM path, empty elsewhere.
    """

    id: str
    path: str = ""
    naming: Naming | None = None
    replace: frozenset[str] = frozenset()
    delete_before_replace: bool = False
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])
    top: dict[str, Any] = field(default_factory=dict[str, Any])
    optional_inside: bool = False
    secrets: frozenset[str] = frozenset()
    protected: str = ""
    blocked_by: tuple[Reference, ...] = ()


class Rules:
    """One data file."""

    def __init__(self, package: str) -> None:
        """Read ``data/<package>.toml``."""
        self.data: dict[str, Any] = tomllib.loads(
            (resources.files("stacks.sandbox") / "data" / f"{package}.toml").read_text()
        )
        self._defaults = self.data.get("defaults", {})
        self._types: dict[str, dict[str, Any]] = self.data.get("types", {})

    @property
    def provider_replace(self) -> frozenset[str]:
        """Configuration whose change makes another provider out of it."""
        return frozenset(self.data["provider"]["replace"])

    def of(self, token: str) -> TypeRules:
        """Return the rules of a type; a type the file does not name has the defaults."""
        own = self._types.get(token, {})
        default_name = self._defaults.get("name", {})
        name: dict[str, Any] = {"property": "", **default_name, **own.get("name", {})}
        return TypeRules(
            id=own.get("id", self._defaults.get("id", "")),
            path=own.get("path", ""),
            naming=Naming(**name) if default_name or "name" in own else None,
            replace=frozenset(own.get("replace", ())) | frozenset(self._defaults.get("replace", ())),
            delete_before_replace=own.get("delete_before_replace", False),
            outputs=own.get("outputs", {}),
            defaults=self._defaults.get("outputs", {}),
            top=self._defaults.get("top", {}),
            optional_inside=self._defaults.get("optional_inside", False),
            secrets=frozenset(own.get("secrets", ())),
            protected=own.get("protected", ""),
            blocked_by=tuple(Reference(**entry) for entry in own.get("blocked_by", ())),
        )
