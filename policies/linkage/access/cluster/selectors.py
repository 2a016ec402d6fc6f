"""Label selectors of Kubernetes, three-valued.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors.
"""

from collections.abc import Callable, Sequence
from typing import Final

from policies.engine import Truth, View, all_of
from policies.engine.truth import NO, YES
from policies.engine.view import Plain
from policies.linkage.access.lookup import reading
from policies.linkage.access.model import doubtful

_METADATA_NAME: Final = "kubernetes.io/metadata.name"


def of_view(labels: View) -> Callable[[str], View | None]:
    """Return the labels at ``labels``, by key."""
    return lambda key: labels[key]


def selects(selector: View, label: Callable[[str], View | None]) -> Truth:
    """Return whether ``selector`` finds what has these labels; an empty one finds everything.

    Args:
        selector: ``matchLabels`` and ``matchExpressions``.
        label: The value of a label by its key; ``None`` where nobody knows it.
    """
    found = [
        # The entries of an unknown mapping are one entry named "*".
        value.present() if key == "*" else _equal(label(key), value)
        for key, value in selector["matchLabels"].entries()
    ]
    found += [_expression(one, label) for one in selector["matchExpressions"].each()]
    return all_of(found) if found else YES


def names(selector: View) -> Truth:
    """Return whether ``selector`` names somebody, and not everybody."""
    return selector["matchLabels"].filled() | selector["matchExpressions"].filled()


def namespace_label(name: str | None, labels: View | None) -> Callable[[str], View | None]:
    """Return the labels of a namespace: its own, and the one with its name, which every namespace has."""

    def label(key: str) -> View | None:
        if key == _METADATA_NAME:
            return None if name is None else View("", "metadata.name", name)
        return None if labels is None else labels[key]

    return label


def _equal(actual: View | None, wanted: View) -> Truth:
    if actual is None:
        return doubtful(reading(wanted))
    return actual.relates(wanted, lambda one, other: one == other)


def _expression(expression: View, label: Callable[[str], View | None]) -> Truth:
    key, operator = expression["key"].raw, expression["operator"].raw
    actual = label(key) if isinstance(key, str) else None
    if actual is None or not isinstance(operator, str):
        return doubtful(reading(expression))
    values: Sequence[View] = list(expression["values"].each())
    match operator:
        case "Exists":
            return actual.present()
        case "DoesNotExist":
            return ~actual.present()
        case "In":
            return _among(actual, values)
        case "NotIn":
            return ~_among(actual, values)
        case _:
            return doubtful(reading(expression))


def _among(actual: View, values: Sequence[View]) -> Truth:
    found = NO
    for value in values:
        found |= actual.relates(value, _same)
    return found


def _same(one: Plain, other: Plain) -> bool:
    return one == other
