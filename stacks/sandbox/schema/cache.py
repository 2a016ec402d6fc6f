"""Resource types on disk: reading them from the SDKs imports thousands of classes, which takes seconds.

A file holds one type with every record it reaches, as JSON. Its folder is named by the SDK's version and by
the text of the modules that read the SDK, so that neither a new SDK nor a change here meets an old file. A
cache that cannot be written or read is no error: the type is read from the SDK then.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import os
from pathlib import Path
from typing import Any

import platformdirs

from stacks.sandbox.schema import shapes
from stacks.sandbox.schema.shapes import (
    ANYTHING,
    Anything,
    Choice,
    Either,
    Field,
    File,
    Listing,
    Record,
    ResourceType,
    Scalar,
    Shape,
    Table,
)

Records = dict[str, dict[str, Any]]


class Cache:
    """The types of one version of one SDK."""

    def __init__(self, package: str, version: str) -> None:
        """``version`` is that of the installed SDK."""
        root = platformdirs.user_cache_path("trunkline", appauthor=False) / "sandbox"
        self._folder = root / f"{package}-{version}-{_fingerprint()}"

    def _file(self, token: str) -> Path:
        return self._folder / f"{hashlib.sha256(token.encode()).hexdigest()[:32]}.json"

    def load(self, token: str) -> ResourceType | None:
        """Return a type, None where the cache does not have it."""
        try:
            stored: dict[str, Any] = json.loads(self._file(token).read_bytes())
            records: Records = stored["records"]
            known: dict[str, Record] = {}
            return ResourceType(
                token=stored["token"],
                inputs=_fields_from(stored["inputs"], records, known),
                outputs=_fields_from(stored["outputs"], records, known),
                secrets=frozenset(stored["secrets"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, resource: ResourceType) -> None:
        """Keep a type for later processes."""
        records: Records = {}
        stored = {
            "token": resource.token,
            "inputs": _fields_to(resource.inputs, records),
            "outputs": _fields_to(resource.outputs, records),
            "secrets": sorted(resource.secrets),
            "records": records,
        }
        file = self._file(resource.token)
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = file.with_name(f"{file.name}.{os.getpid()}")
            fresh.write_text(json.dumps(stored, separators=(",", ":")), "utf-8")
            fresh.replace(file)


@functools.cache
def _fingerprint() -> str:
    texts = [Path(__file__).read_bytes(), inspect.getsource(shapes).encode()]
    texts.append(Path(__file__).with_name("registry.py").read_bytes())
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def _fields_to(fields: dict[str, Field], records: Records) -> dict[str, Any]:
    return {
        name: [_shape_to(field.shape, records), field.required, field.python_name]
        for name, field in fields.items()
    }


def _shape_to(shape: Shape, records: Records) -> Any:  # noqa: PLR0911 - one case for each shape
    match shape:
        case Scalar(kind):
            return kind
        case Choice(name, values):
            return ["choice", name, list(values)]
        case Listing(item):
            return ["list", _shape_to(item, records)]
        case Table(value):
            return ["table", _shape_to(value, records)]
        case Either(members):
            return ["either", [_shape_to(member, records) for member in members]]
        case File():
            return "file"
        case Anything():
            return "anything"
        case Record():
            if shape.name not in records:
                records[shape.name] = {}  # entered first: a record may reach itself
                records[shape.name].update(_fields_to(shape.fields, records))
            return ["record", shape.name]


def _fields_from(stored: dict[str, Any], records: Records, known: dict[str, Record]) -> dict[str, Field]:
    return {
        name: Field(_shape_from(shape, records, known), required, python_name)
        for name, (shape, required, python_name) in stored.items()
    }


def _shape_from(  # noqa: PLR0911 - one case for each shape
    stored: Any, records: Records, known: dict[str, Record]
) -> Shape:
    match stored:
        case "file":
            return File()
        case "anything":
            return ANYTHING
        case str():
            return Scalar(stored)  # pyright: ignore[reportArgumentType] - written by _shape_to
        case ["choice", name, values]:
            return Choice(name, tuple(values))
        case ["list", item]:
            return Listing(_shape_from(item, records, known))
        case ["table", value]:
            return Table(_shape_from(value, records, known))
        case ["either", members]:
            return Either(tuple(_shape_from(member, records, known) for member in members))
        case ["record", name]:
            if name not in known:
                known[name] = Record(name, lambda: _fields_from(records[name], records, known))
            return known[name]
        case _:
            raise ValueError(stored)
