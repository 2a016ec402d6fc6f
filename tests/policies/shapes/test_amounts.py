"""Sums of numbers that are only partly known."""

from hypothesis import given
from hypothesis import strategies as st

from policies.engine.truth import NO, YES, Truth
from policies.engine.values import properties_from_json
from policies.engine.view import View
from policies.shapes import amounts
from policies.shapes.amounts import NOTHING, Amount
from tests.policies.cases import LATER, secret

numbers = st.integers(min_value=0, max_value=1000).map(float)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[Amount, float]:
    """Return an amount, and a number it may stand for."""
    least, real, more = sorted((draw(numbers), draw(numbers), draw(numbers)))
    return Amount(least, more), real


def view(value: object) -> View:
    return View("urn", "", properties_from_json({"n": value}))["n"]


@given(ranges(), ranges(), numbers)
def test_whatever_the_numbers_are_the_answer_about_their_ranges_is_not_wrong(
    one: tuple[Amount, float], other: tuple[Amount, float], limit: float
) -> None:
    (first, here), (second, there) = one, other
    for amount, real in ((first + second, here + there), (first * second, here * there)):
        assert amount.least <= real <= amount.most
        answer = amount.within(amounts.exactly(limit)).state
        assert answer in {None, real <= limit}


def test_a_number_may_be_text_and_a_secret_one_is_not_read() -> None:
    assert amounts.of(view("8")) == amounts.of(view(8))
    assert amounts.of(view(8)).known
    for unreadable in (LATER, secret(8), True, "8Gi", "inf", -1):
        assert not amounts.of(view(unreadable)).known, unreadable


def test_what_is_not_set_is_what_the_provider_takes_or_unknown() -> None:
    assert amounts.of(view(None), absent=1).least == 1
    assert not amounts.of(view(None)).known


def test_nothing_of_what_nobody_knows_is_nothing() -> None:
    assert (NOTHING * amounts.anything()).known
    assert amounts.where(NO, amounts.anything()) == NOTHING
    assert amounts.where(YES, amounts.exactly(3)).known
    assert (amounts.where(Truth(None), amounts.exactly(3)).least, amounts.exactly(3).most) == (0, 3)


def test_elements_are_counted_where_they_are_known() -> None:
    assert amounts.length(view([1, 2])).least == 2
    assert amounts.length(view({"a": 1})).least == 1
    assert amounts.length(view(None)).most == 0
    assert not amounts.length(view(LATER)).known


def test_an_unknown_sum_points_at_what_is_missing() -> None:
    known = amounts.of(View("urn", "known", 1))
    missing = amounts.of(view(LATER))
    for total in (known + missing, missing + known, known * missing):
        assert [reading.path for reading in total.because] == ["n"]
