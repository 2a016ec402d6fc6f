"""From a type token to what the SDK says about it."""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.metadata
import inspect
import re
import typing
from typing import Any

from pulumi.runtime import rpc

from stacks.sandbox.schema import shapes
from stacks.sandbox.schema.cache import Cache
from stacks.sandbox.schema.shapes import ResourceType

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    import pulumi

_SECRET_OUTPUTS = re.compile(r"additional_secret_outputs=\[([^\]]*)\]")


class UnknownTypeError(Exception):
    """No resource of this type exists in the installed SDK. The text is a sentence."""


class Registry:
    """The resource types of one SDK, each read on first use and kept."""

    def __init__(self, package: str) -> None:
        """Read the SDK of the Pulumi package ``package``, for example ``azure-native``."""
        self.package = package
        self._sdk = "pulumi_" + package.replace("-", "_")
        self._types: dict[str, ResourceType] = {}

    @functools.cached_property
    def _cache(self) -> Cache:
        return Cache(self.package, self.version)

    @functools.cached_property
    def version(self) -> str:
        """The installed SDK's version."""
        return importlib.metadata.version(self._sdk)

    @functools.cached_property
    def _classes(self) -> dict[str, tuple[str, str]]:
        """(module, class) by token, as the SDK registers them when it is imported."""
        importlib.import_module(self._sdk)
        found: dict[str, tuple[str, str]] = {}
        # The SDKs hand this table to the runtime and keep no copy; the runtime offers no way to list it.
        tables = typing.cast("dict[str, list[Any]]", vars(rpc)["_RESOURCE_MODULES"])
        for key, modules in tables.items():
            if not key.startswith(f"{self.package}:"):
                continue
            for module in modules:
                info = module.mod_info
                found.update({token: (info["fqn"], name) for token, name in info["classes"].items()})
        return found

    def tokens(self) -> list[str]:
        """Return every resource type of the SDK."""
        return sorted(self._classes)

    def knows(self, token: str) -> bool:
        """Tell whether the SDK has this type."""
        return token in self._classes

    def resource(self, token: str) -> ResourceType:
        """Return what the SDK says about a type; raises :class:`UnknownTypeError`."""
        return self._types.get(token) or self._remembered(token, lambda: self._read(token))

    def _remembered(self, token: str, read: Callable[[], ResourceType]) -> ResourceType:
        known = self._cache.load(token)
        if known is None:
            known = read()
            self._cache.save(known)
        self._types[token] = known
        return known

    def _read(self, token: str) -> ResourceType:
        if token not in self._classes:
            near = difflib.get_close_matches(token, self._classes, 1, 0.8)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UnknownTypeError(f"{self._sdk} {self.version} has no resource type {token}.{hint}")
        module_name, class_name = self._classes[token]
        cls = typing.cast("type[pulumi.Resource]", getattr(importlib.import_module(module_name), class_name))
        return described(token, cls)

    def custom(self, token: str, envelope: Callable[[], type[pulumi.Resource]]) -> ResourceType:
        """Return what ``envelope`` says, for a type the SDK has no class of its own for."""
        return self._types.get(token) or self._remembered(token, lambda: described(token, envelope()))

    def provider(self) -> ResourceType:
        """Return what the provider's own configuration takes."""
        token = f"pulumi:providers:{self.package}"
        return self._types.get(token) or self._remembered(
            token, lambda: described(token, importlib.import_module(f"{self._sdk}.provider").Provider)
        )

    def function(self, token: str) -> ResourceType | None:
        """Return what a function takes and gives, None where the SDK has no such function."""
        try:
            return self._types.get(token) or self._remembered(token, lambda: self._function(token))
        except UnknownTypeError:
            return None

    def _function(self, token: str) -> ResourceType:
        _, module, name = token.split(":")
        home = module.partition("/")[0].replace(".", "_")
        folder = "" if home == "index" else f".{home}"
        python_name = _snake_case(name)
        try:
            source = importlib.import_module(f"{self._sdk}{folder}.{python_name}")
        except ModuleNotFoundError:
            raise UnknownTypeError(f"{self._sdk} has no function {token}.") from None
        call = getattr(source, python_name)
        result = getattr(source, f"{name[0].upper()}{name[1:]}Result")
        return ResourceType(
            token=token,
            inputs=_arguments(call),
            outputs=shapes.record(result).fields,
            secrets=frozenset(),
        )


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _arguments(call: Any) -> dict[str, shapes.Field]:
    """Return a function's arguments by wire name, which only its body spells."""
    body = inspect.getsource(call)
    wire_names = {python: wire for wire, python in re.findall(r"__args__\['(\w+)'\] = (\w+)", body)}
    hints = typing.get_type_hints(call, localns=shapes.INPUT_NAMES)
    parameters = inspect.signature(call).parameters
    return {
        wire: shapes.Field(
            shapes.of(hints.get(python, Any)),
            parameters[python].default is inspect.Parameter.empty,
            python,
        )
        for python, wire in wire_names.items()
    }


def described(token: str, cls: type[pulumi.Resource]) -> ResourceType:
    """Return what an SDK's resource class says about itself."""
    home = inspect.getmodule(cls)
    # Where a nested type already has the name ``<Class>Args``, the arguments are ``<Class>InitArgs``.
    arguments = next(
        (
            found
            for name in (f"{cls.__name__}InitArgs", f"{cls.__name__}Args")
            if isinstance(found := getattr(home, name, None), type)
        ),
        None,
    )
    source = inspect.getsource(home) if home is not None else ""
    secrets = _SECRET_OUTPUTS.search(source)
    return ResourceType(
        token=token,
        inputs=shapes.record(arguments).fields if arguments is not None else {},
        outputs=shapes.resource_fields(cls),
        secrets=frozenset(re.findall(r'"(\w+)"', secrets.group(1))) if secrets else frozenset(),
    )
