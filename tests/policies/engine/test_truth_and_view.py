import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Truth, View, all_of, any_of
from policies.engine.truth import NO, YES, Reading
from policies.engine.values import UNKNOWN, Opaque, Secret, from_json, properties_from_json
from policies.engine.view import Default
from tests.policies.cases import LATER, secret

MAYBE = Truth(None)
TRUTHS = st.sampled_from([YES, NO, MAYBE])


def view(value: object, **defaults: Default) -> View:
    return View("urn", "", properties_from_json({"it": value}), defaults)["it"]


@given(TRUTHS, TRUTHS)
def test_and_or_and_not_are_kleenes(left: Truth, right: Truth) -> None:
    order = {False: 0, None: 1, True: 2}
    assert order[(left & right).state] == min(order[left.state], order[right.state])
    assert order[(left | right).state] == max(order[left.state], order[right.state])
    assert (~~left).state == left.state
    assert left.implies(right).state == (~left | right).state


@given(st.lists(TRUTHS))
def test_of_many_the_order_does_not_matter(truths: list[Truth]) -> None:
    assert any_of(truths).state == any_of(reversed(truths)).state
    assert all_of(truths).state == all_of(reversed(truths)).state


def test_an_answer_names_the_readings_that_decided_it() -> None:
    yes, no = (
        Truth(state=True, because=(Reading("u", "a"),)),
        Truth(state=False, because=(Reading("u", "b"),)),
    )
    unknown = Truth(None, (Reading("u", "c"),))
    assert (yes & no & unknown).because == no.because
    assert (yes | no | unknown).because == yes.because
    assert (yes & unknown).because == unknown.because


def test_nothing_with_three_answers_can_be_taken_for_one_with_two() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(YES)
    it = view("x")
    with pytest.raises(TypeError, match="present"):
        bool(it)
    with pytest.raises(TypeError, match="each"):
        list(it)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="equals"):
        _ = it == "x"
    with pytest.raises(TypeError, match="any"):
        _ = "x" in it


@pytest.mark.parametrize(
    ("value", "expected", "answer"),
    [
        ("Allow", "allow", True),
        ("Allow", "deny", False),
        (True, True, True),
        (1, True, False),
        (None, "x", False),
        (LATER, "x", None),
        (["x"], "x", False),
        ({"x": 1}, "x", False),
        (secret("x"), "x", True),
        (secret(LATER), "x", None),
    ],
)
def test_equals_has_three_answers(value: object, *, expected: str | bool, answer: bool | None) -> None:
    assert view(value).equals(expected).state is answer


def test_reading_through_an_unknown_or_a_wrong_shape_stays_unknown() -> None:
    assert view(LATER)["a"]["b"].equals("x").state is None
    assert view("text")["a"].equals("x").state is None
    assert view(None)["a"]["b"].present().state is False


def test_an_unknown_list_has_one_unknown_element_and_an_absent_one_has_none() -> None:
    assert [str(item) for item in view(LATER).each()] == ["[unknown]"]
    assert [str(item) for item in view("text").each()] == ["[unknown]"]
    assert list(view(None).each()) == []
    assert view(LATER).any(lambda item: item.equals(1)).state is None
    assert view(LATER).all(lambda item: item.equals(1)).state is None
    assert view([]).all(lambda item: item.equals(1)).state is True
    assert [(key, str(item)) for key, item in view(LATER).entries()] == [("*", "[unknown]")]


def test_what_is_unknown_counts_as_given_but_not_what_may_be_below_it() -> None:
    assert view({"key": LATER})["key"].given().state is True
    assert view({"key": None})["key"].given().state is False
    assert view(LATER)["key"].given().state is None
    assert view([LATER]).any(lambda item: item.given()).state is True
    assert view(LATER).any(lambda item: item["key"].given()).state is None


def test_two_scalars_can_be_compared_with_three_answers() -> None:
    def relates(here: object, there: object) -> bool | None:
        return view(here).relates(view(there), lambda one, other: one == other).state

    assert relates("a", "a") is True
    assert relates("a", "b") is False
    assert relates("a", LATER) is None
    assert relates(None, LATER) is False
    assert relates({"a": 1}, "a") is False


def test_every_place_below_a_view_is_visited_with_the_key_above_it() -> None:
    places = list(view({"a": [1, {"b": LATER}], "c": None, "d": {"e": "x"}}).below())
    assert [(key, item.path) for key, item in places] == [
        ("", "it"),
        ("a", "it.a"),
        ("a", "it.a[0]"),
        ("a", "it.a[1]"),
        ("b", "it.a[1].b"),
        ("c", "it.c"),
        ("d", "it.d"),
        ("e", "it.d.e"),
    ]
    assert [str(item) for _, item in view(secret({"a": "hunter2"})).below()] == ["[secret]", "[secret]"]


def test_a_default_stands_in_for_what_is_not_set_and_for_nothing_else() -> None:
    off = Default(value=False, source="docs")
    assert view(None, it=off).is_true().state is False
    assert str(view(None, it=off)) == "false (the provider's default)"
    assert view(LATER, it=off).is_true().state is None
    assert view(value=True, it=off).is_true().state is True


def test_json_text_is_read_and_other_text_is_unknown() -> None:
    assert view('{"a": [1]}').parsed()["a"].any(lambda item: item.equals(1)).state is True
    assert view(" ").parsed()["a"].present().state is False
    assert view("{not json").parsed()["a"].present().state is None
    assert view("[" * 100_000).parsed()["a"].present().state is None


@pytest.mark.parametrize("value", ["hunter2", ["hunter2"], {"hunter2": "hunter2"}, '{"hunter2": "hunter2"}'])
def test_no_part_of_a_secret_is_ever_shown(value: object) -> None:
    hidden = view(secret(value))
    places = [hidden, *hidden.each(), *(item for _, item in hidden.entries()), hidden.parsed()["hunter2"]]
    shown = [str(place) for place in places] + [repr(place) for place in places]
    shown += [reading.path for _, place in hidden.entries() for reading in place.present().because]
    assert not any("hunter2" in text for text in shown)
    assert "hunter2" not in repr(Secret("hunter2"))


def test_a_view_shows_itself_for_a_message() -> None:
    shown = ["a" * 200, True, 3, ["x"], {"x": 1}, None, LATER]
    assert [str(view(value)) for value in shown] == [
        f"'{'a' * 80}…'",
        "true",
        "3",
        "a list",
        "a mapping",
        "not set",
        "[unknown]",
    ]


def test_every_signature_of_the_engine_is_understood() -> None:
    key = "4dabf18193072939515e22adb298388d"
    output = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
    assert from_json(LATER) == UNKNOWN
    assert from_json(secret("x")) == Secret("x")
    assert from_json({key: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:..."}) == Secret(UNKNOWN)
    assert from_json({key: output, "value": "x", "dependencies": []}) == "x"
    assert from_json({key: output, "value": "x", "secret": True}) == Secret("x")
    assert from_json({key: output, "dependencies": []}) == UNKNOWN
    assert from_json({key: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}) == Opaque("asset")
    assert from_json({key: "0def7320c3a5731c473e5ecbe6d01bc7", "assets": {}}) == Opaque("archive")
    assert from_json({key: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u", "id": "i"}) == "i"
    assert from_json({key: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u"}) == "u"
    assert from_json({key: "ffffffffffffffffffffffffffffffff"}) == Opaque("unknown signature")
