"""SEC-022: no secret stands in the clear, in the program, its state, or an object that many may read."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    forbid,
)
from policies.engine.rule import ANY_KIND
from policies.engine.truth import YES
from policies.security import credentials, pods, references

_OPEN: Final = cast("Mapping[str, list[str]]", credentials.TABLE["open"])
_IN_CONTAINERS: Final = cast("list[str]", credentials.TABLE["open_in_containers"]["paths"])


def _anything(resource: Resource, _: Settings) -> Iterator[Claim]:
    opened = {view.path: name for view, name in _open_places(resource)}
    later: list[Truth] = []
    for key, view in resource.properties.below():
        name = opened.get(view.path)
        if view.secret:
            if name is not None and view.present().state is not False:
                yield forbid(YES, "a secret is readable here by whoever may read the object", at=view)
            continue
        what: list[str] = []
        happens = _shows(key, view, name, what)
        if happens.state is True:
            yield forbid(happens, f"{what[-1]} stands here in plain text", at=view)
        elif happens.state is None and _may_hold_one(key, view, name):
            later.append(happens)
    if later:
        yield forbid(any_of(later), "a value that nobody knows yet may be a secret in plain text")


def _shows(key: str, view: View, name: "View | str | None", what: list[str]) -> Truth:
    """Return whether the place at ``view`` shows a secret, and note ``what`` it is."""

    def note(found: str | None) -> bool:
        what.extend([] if found is None else [found])
        return found is not None

    if name is None:
        return view.satisfies(lambda text: note(credentials.in_value(key, text)))
    if isinstance(name, str):
        return view.satisfies(lambda text: note(credentials.in_open_value(name, text)))
    happens = view.satisfies(lambda text: note(credentials.in_open_value("", text)))
    if happens.state is False:
        what.append(f"the value of {name}")
        return name.relates(view, credentials.names_value)
    return happens


def _may_hold_one(key: str, view: View, name: "View | str | None") -> bool:
    """Return whether a place that nobody knows yet matters; an asset is known, and never read."""
    if name is None:
        return view.present().state is None and not references.named_by(key)
    return view.present().state is None or (isinstance(name, View) and name.present().state is None)


def _open_places(resource: Resource) -> Iterator[tuple[View, "View | str"]]:
    """Yield the values that lie open, each with its name: a key, or the property ``name`` beside it."""
    for path in _OPEN.get(resource.kind, ()):
        yield from _named(resource.properties, path)
    if resource.kind in pods.PATHS:
        for spec in pods.specs(resource):
            for container in pods.containers(spec):
                for path in _IN_CONTAINERS:
                    yield from _named(container, path)


def _named(root: View, path: str) -> Iterator[tuple[View, "View | str"]]:
    head, _, last = path.rpartition(".")
    for holder in root.follow(head):
        if last == "*":
            yield from ((view, key) for key, view in holder.entries())
        elif last == "value":
            yield holder["value"], holder["name"]
        else:
            yield from ((view, last.strip("[]")) for view in holder.follow(last))


def _secret(secret: Resource, _: Settings) -> Iterator[Claim]:
    """A Secret keeps its values from readers of the cluster; the engine's state must do so too."""
    for part in ("data", "stringData"):
        for key, value in secret[part].entries():
            if not value.secret:
                yield forbid(
                    value.present(),
                    f"the value of {key} is not marked as a secret, so the state shows it",
                    at=value,
                )


RULE = Rule(
    id="SEC-022",
    version=1,
    title="No secrets in plain text",
    why="What stands in a program, an environment variable or a ConfigMap is read by everyone who debugs it.",
    fix="Keep the value in a secret store, hand the workload a reference (secretKeyRef, a mounted "
    "Secret, an ARN), and replace a credential that has stood here: it counts as known.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={ANY_KIND: _anything, "kubernetes:core:Secret": _secret},
)
