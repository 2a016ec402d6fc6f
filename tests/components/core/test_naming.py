"""Physical names are accepted, stable, and never the same for two things."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core import ComponentError, physical_name


@given(st.from_regex(r"[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True), st.integers(9, 63))
def test_a_name_fits_and_is_made_of_what_providers_accept(name: str, limit: int) -> None:
    made = physical_name(name, limit=limit)
    assert len(made) <= limit
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", made)


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=80))
def test_without_a_separator_only_letters_and_digits_remain(name: str) -> None:
    try:
        made = physical_name(name, limit=24, separator="")
    except ComponentError:
        assert not re.search(r"[a-zA-Z0-9]", name)
    else:
        assert re.fullmatch(r"[a-z0-9]{1,24}", made)


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_two_names_never_become_one(first: str, second: str) -> None:
    made: list[str] = []
    for name in {first, second}:
        try:
            made.append(physical_name(name, limit=20))
        except ComponentError:
            return
    assert len(made) == len({first, second})


def test_a_good_name_stays_as_it_is() -> None:
    assert physical_name("acme-prod-aws", limit=63) == "acme-prod-aws"


def test_a_salt_tells_accounts_apart() -> None:
    names = {physical_name("az-flow", limit=24, separator="", salt=account) for account in ("", "one", "two")}
    assert len(names) == 3


@pytest.mark.parametrize(("name", "limit"), [("---", 20), ("ok-name-here", 7)])
def test_what_cannot_be_named_is_said_in_a_sentence(name: str, limit: int) -> None:
    with pytest.raises(ComponentError, match=f"at most {limit} characters") as error:
        physical_name(name, limit=limit, salt="x")
    assert error.value.__trunkline_sentence__ is True
