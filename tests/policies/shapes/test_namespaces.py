"""Which objects are in one namespace, before and after anybody knows their names."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Inventory, Resource
from policies.engine.values import properties_from_json
from policies.engine.view import View
from policies.shapes import namespaces
from tests.policies.cases import LATER, resource, urn_of

NAMESPACE = "kubernetes:core/v1:Namespace"
POD = "kubernetes:core/v1:Pod"
JOB = "kubernetes:batch/v1:Job"
KINDS = ["kubernetes:core:Pod", "kubernetes:batch:Job"]


def home(name: object, urn: str = "home", provider: str = "p") -> Resource:
    return resource(NAMESPACE, urn, {"metadata": {"name": name}}, provider=provider)


def item(
    namespace: object, name: str = "it", *origins: str, provider: str = "p", token: str = POD
) -> Resource:
    made_from = {"metadata": [urn_of(NAMESPACE, origin) for origin in origins]}
    metadata = {"name": name, "namespace": namespace}
    return resource(token, name, {"metadata": metadata}, made_from=made_from, provider=provider)


def same(one: Resource, other: Resource, *more: Resource) -> bool | None:
    return namespaces.same(one, other, Inventory([one, other, *more])).state


def test_names_decide_where_they_are_known() -> None:
    assert same(item("ml"), item("ml", "b")) is True
    assert same(item("ml"), item("web", "b")) is False
    assert same(item("ml"), item("ml", "b", provider="q")) is False
    assert same(item(None), item(None, "b")) is True
    assert same(item("ml"), item(None, "b")) is False
    assert same(item("ml"), item(LATER, "b")) is None


def test_before_a_namespace_has_a_name_it_counts_what_objects_were_made_from() -> None:
    here, there = home(None), home(None, "there")
    assert same(item(LATER, "a", "home"), item(LATER, "b", "home"), here, there) is True
    assert same(item(LATER, "a", "home"), item(LATER, "b", "there"), here, there) is not True


@pytest.mark.parametrize(
    ("wanted", "state"),
    [
        ({"app": "a"}, True),
        ({"app": "a", "tier": "web"}, True),
        ({"app": "b"}, False),
        ({"app": "a", "zone": "x"}, False),
        ({"app": LATER}, None),
        (LATER, None),
        ({}, True),
    ],
)
def test_labels_have_every_entry_that_is_wanted(wanted: object, *, state: bool | None) -> None:
    view = View("urn", "", properties_from_json({"labels": {"app": "a", "tier": "web"}, "wanted": wanted}))
    assert namespaces.has(view["labels"], view["wanted"]).state is state


@st.composite
def clusters(draw: st.DrawFn) -> Sequence[Resource]:
    """Return namespaces and objects, of which some names are known, some not yet, and some never set."""
    names = st.sampled_from(["ml", "web", LATER, None])
    providers = st.sampled_from(["p", "q"])
    count = draw(st.integers(min_value=0, max_value=3))
    found = [home(draw(names), f"ns{number}", draw(providers)) for number in range(count)]
    for number in range(draw(st.integers(min_value=1, max_value=6))):
        name = draw(names)
        # A name that is known says more than what the rest of the metadata was made from.
        urns = [f"ns{n}" for n in range(count)] if name == LATER else []
        origins = draw(st.lists(st.sampled_from(urns), max_size=2)) if urns else []
        token = draw(st.sampled_from([POD, JOB]))
        found.append(item(name, f"it{number}", *origins, provider=draw(providers), token=token))
    return found


@given(clusters())
def test_looking_only_where_something_can_be_finds_everything(found: Sequence[Resource]) -> None:
    """The short way gives what comparing everything with everything gives."""
    stack = Inventory(found)
    objects = stack.of(*KINDS)
    spaces = stack.of(namespaces.NAMESPACE)

    def holds(thing: Resource, space: Resource) -> bool | None:
        if thing.provider != space.provider:
            return False
        return stack.refers(thing["metadata"]["namespace"], space).state

    for one in objects:
        beside = {other.urn: truth.state for other, truth in namespaces.beside(one, stack, KINDS)}
        assert beside == {
            other.urn: state
            for other in objects
            for state in (namespaces.same(one, other, stack).state,)
            if state is not False
        }
        around = {space.urn: truth.state for space, truth in namespaces.of(one, stack)}
        assert around == {
            space.urn: state for space in spaces for state in (holds(one, space),) if state is not False
        }
    for space in spaces:
        inside = {one.urn: truth.state for one, truth in namespaces.inside(space, stack, KINDS)}
        assert inside == {
            one.urn: state for one in objects for state in (holds(one, space),) if state is not False
        }
