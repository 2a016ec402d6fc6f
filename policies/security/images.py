"""References to container images: where they come from, and whether they can change behind one's back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Final, cast

from policies.engine import Truth, View, any_of
from policies.engine.data import read
from policies.engine.truth import NO
from policies.engine.view import Plain
from policies.security import references

_TABLE: Final = read(Path(__file__).parent / "tables" / "images.toml")
PLACES: Final = cast("Mapping[str, list[str]]", _TABLE["places"])
APPROVED: Final = list(cast("Mapping[str, str]", _TABLE["approved"]))

_DIGEST: Final = re.compile(r"(?:^|@)sha256:[0-9a-f]{64}$")
_COORDINATES: Final = frozenset({"registry", "repository", "tag", "digest", "sha"})


def pinned(text: Plain) -> bool:
    """Return whether a reference or a digest names exactly one image."""
    return isinstance(text, str) and _DIGEST.search(text) is not None


def approved(patterns: Sequence[str], text: Plain) -> bool:
    """Return whether the image ``text`` is in one of the registries or projects ``patterns``."""
    parts = _name(str(text)).split("/")
    return any(_covers(pattern.split("/"), parts) for pattern in patterns)


def _name(reference: str) -> str:
    """Return a reference in full, without tag and digest: ``nginx:1`` is ``docker.io/library/nginx``."""
    path = reference.partition("@")[0]
    head, slash, last = path.rpartition("/")
    path = f"{head}{slash}{last.partition(':')[0]}"
    first, slash, _ = path.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return path
    return f"docker.io/{path}" if slash else f"docker.io/library/{path}"


def _covers(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    # Part by part, so that no "*" reaches over a slash into another registry's path.
    return len(pattern) <= len(parts) and all(map(fnmatchcase, parts, pattern))


def in_values(values: View, patterns: Sequence[str]) -> Iterator[tuple[View, Truth, Truth]]:
    """Yield what the values of a chart say about images: where, whether approved, whether pinned.

    Charts write an image as one text (``image: registry/name@digest``) or as parts of it (``registry``,
    ``repository``, ``tag``, ``digest``).
    """
    for parent, group in _groups(values).items():
        for key, view in group.items():
            if key.casefold().endswith("image"):
                yield view, view.satisfies(partial(approved, patterns)), view.satisfies(pinned)
        if _is_image(parent, group):
            yield _parts(group, patterns)


def _groups(values: View) -> Mapping[str, Mapping[str, View]]:
    """Return the texts below ``values`` by the path of the mapping that holds them."""
    groups: dict[str, dict[str, View]] = {}
    for key, view in values.below():
        if view.satisfies(lambda _: True).state is not False:
            groups.setdefault(view.path.removesuffix(f".{key}"), {})[key] = view
    return groups


def _is_image(parent: str, group: Mapping[str, View]) -> bool:
    keys = {key.casefold() for key in group} & _COORDINATES
    return "repository" in keys and (len(keys) > 1 or "image" in parent.rpartition(".")[2].casefold())


def _parts(group: Mapping[str, View], patterns: Sequence[str]) -> tuple[View, Truth, Truth]:
    found = {key.casefold(): view for key, view in group.items()}
    repository, registry = found["repository"], found.get("registry")
    known = (
        repository.satisfies(partial(approved, patterns))
        if registry is None
        else registry.relates(
            repository, lambda host, name: approved(patterns, f"{host}/{name}" if host else name)
        )
    )
    digests = [view.satisfies(pinned) for key, view in found.items() if key in _COORDINATES - {"registry"}]
    return repository, known, any_of(digests) if digests else NO


def hidden(values: View) -> Iterator[View]:
    """Yield the places in the values of a chart that nobody knows yet, and where an image may stand."""
    for key, view in values.below():
        lower = key.casefold()
        judged = lower.endswith("image") or lower in _COORDINATES
        if view.present().state is None and not judged and not references.named_by(key):
            yield view
