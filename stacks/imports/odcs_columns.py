"""The columns of a table in the Open Data Contract Standard, and the fields that they are here."""

from collections.abc import Iterator, Sequence
from typing import Any

from stacks.imports.odcs_entries import Column, Table, Value
from stacks.imports.supplied import Fact, paragraph
from stacks.spec.problems import KeyPath


def columns_of(table: Table, path: KeyPath) -> Iterator[tuple[Value, KeyPath]]:
    """Yield the columns that hold values: of an object its parts, of a list its item."""
    for index, column in enumerate(table.properties):
        yield from _leaves(column, (*path, index))


def _leaves(item: Value, path: KeyPath, *, covered: bool = False) -> Iterator[tuple[Value, KeyPath]]:
    inner: list[tuple[Value, KeyPath]] = [
        (part, (*path, "properties", index)) for index, part in enumerate(item.properties)
    ]
    if item.items is not None:
        inner.append((item.items, (*path, "items")))
    # What a column says holds for all that is in it.
    if item.classification or not (inner or covered):
        yield item, path
    for part, where in inner:
        yield from _leaves(part, where, covered=covered or bool(item.classification))


def fields_of(columns: Sequence[Column], path: KeyPath, prefix: str) -> Iterator[Fact]:
    """Yield the fields of a table; the parts of an object are called ``object.part``."""
    for index, column in enumerate(columns):
        where = (*path, index)
        name = f"{prefix}{column.name}"
        entry: dict[str, Any] = {"name": name, "nullable": not column.required}
        if (kind := _type(column)) is not None:
            entry["type"] = kind
        if column.description:
            entry["description"] = paragraph(column.description)
        for custom in column.custom_properties:
            if custom.property == "unit":
                entry["unit"] = custom.value
        yield Fact(entry, where)
        yield from fields_of(column.properties, (*where, "properties"), f"{name}.")


def _type(column: Value) -> str | None:
    """Return the logical type, which means the same everywhere; else the one of the source."""
    if column.logical_type == "array" and column.items is not None:
        inner = _type(column.items)
        return f"array<{inner}>" if inner else "array"
    return column.logical_type or column.physical_type
