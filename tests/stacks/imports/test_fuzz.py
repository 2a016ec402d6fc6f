"""Whatever a contract holds, the loader gives a platform, or problems with a place and nothing secret."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stacks.spec import SpecError, load
from stacks.spec.problems import Problem
from tests.stacks.imports.platforms import CROISSANT, ODCS, platform

VALID = {"odcs": yaml.safe_load(ODCS), "croissant": json.loads(CROISSANT)}
WORDS = (
    *("", "DE", "EU", "MIT AND (", "mit", "https://x", "P1D", "odrl:use", "pi", "restricted", "a" * 3000),
    *("\U0001f950", "AKIAIOSFODNN7EXAMPLE", "/" * 2000, "(" * 500, "array", "::", "@id", "2026-13-45"),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=20),
        st.sampled_from(WORDS),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["@id", "@type", "@value", "name", "value", "en"]), inner, max_size=3
        ),
    ),
    max_leaves=5,
)
PATHS = {name: list[tuple[Any, ...]]() for name in VALID}


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything inside ``value``."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from paths(item, (*path, key))


for _name, _valid in VALID.items():
    PATHS[_name] = list(paths(_valid))


@pytest.mark.parametrize("name", sorted(VALID))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_contract_gives_a_platform_or_problems(name: str, data: st.DataObject) -> None:
    contract = deepcopy(VALID[name])
    for _ in range(data.draw(st.integers(1, 3))):
        put(contract, data.draw(st.sampled_from(PATHS[name])), data.draw(VALUES))
    with TemporaryDirectory() as folder:
        told = problems(platform(Path(folder), json.dumps(contract)))
    assert all(problem.where.line > 0 and problem.fix.endswith(".") for problem in told)
    assert all("AKIA" not in str(problem) for problem in told)


def problems(file: Path) -> tuple[Problem, ...]:
    """Return what is wrong with a platform; nothing if it could be read."""
    try:
        load(file)
    except SpecError as error:
        return error.problems
    return ()


def put(contract: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put ``value`` at ``path``, if an earlier change has left that place."""
    for step in path[:-1]:
        try:
            contract = contract[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(contract, dict) or (isinstance(contract, list) and path[-1] in range(len(contract))):
        contract[path[-1]] = value
