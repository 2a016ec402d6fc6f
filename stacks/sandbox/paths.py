"""Property paths, as Pulumi writes them: ``spec.containers[0].image``, ``tags["cost.center"]``."""

from __future__ import annotations

import re
from typing import Any

from stacks.sandbox.wire import Secret

Path = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]')


def text(path: Path) -> str:
    """Write a path out."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            written += f".{step}" if written else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            written += f'["{quoted}"]'
    return written


def parse(written: str) -> Path:
    """Read a path; raises ``ValueError`` with a sentence where it is malformed."""
    path: list[str | int] = []
    position = 0
    while position < len(written):
        match = _STEP.match(written, position)
        if match is None:
            raise ValueError(
                f"{written!r} is not a property path: it breaks off at {written[position:]!r}. "
                'Write for example spec.containers[0].image or tags["cost.center"].'
            )
        plain, index, quoted = match.groups()
        if plain is not None:
            path.append(plain)
        elif index is not None:
            path.append(index if index == "*" else int(index))
        else:
            path.append(re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    if not path:
        raise ValueError("a property path must name at least one property")
    return tuple(path)


def pattern(path: Path) -> str:
    """Write a path with every list index as ``[*]``, which is how the data files name list items."""
    return re.sub(r"\[\d+\]", "[*]", text(path))


def get(value: Any, path: Path) -> Any:
    """Return what stands at a path, or None. A secret on the way makes the result secret."""
    for at, step in enumerate(path):
        if isinstance(value, Secret):
            found = get(value.value, path[at:])
            return None if found is None else Secret(found)
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of ``value`` in which ``new`` stands at ``path``; objects on the way are made."""
    if not path:
        return new
    if isinstance(value, Secret):
        return Secret(put(value.value, path, new))
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items: list[Any] = list(value) if isinstance(value, list) else []
        items.extend([None] * (step + 1 - len(items)))
        items[step] = put(items[step], rest, new)
        return items
    fields: dict[str, Any] = dict(value) if isinstance(value, dict) else {}
    fields[step] = put(fields.get(step), rest, new)
    return fields
