"""Values that say what has to exist before they are used."""

from typing import TypeVar

from pulumi import Output, Resource

T = TypeVar("T")


def after(value: Output[T], *resources: Resource) -> Output[T]:
    """The same value; whoever uses it is made after ``resources`` and deleted before them.

    The URNs bring the dependency along. They are known in a preview, so the value stays as known as it was.
    """
    return Output.all(value, *(resource.urn for resource in resources)).apply(lambda found: found[0])
