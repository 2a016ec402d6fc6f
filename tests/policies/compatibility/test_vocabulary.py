"""Every property that a case uses is one that the page tells about."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policies import catalogue
from policies.compatibility.declared import GPU_POOL, GPU_STACK, SCHEDULING
from tests.policies.test_properties import cases_of, stacks

PAGE = Path(__file__).resolve().parents[3] / "docs" / "policies" / "compatibility.md"


def test_the_page_tells_about_every_property_of_what_is_declared() -> None:
    words = set(re.findall(r"[A-Za-z]+", " ".join(re.findall(r"`([^`]+)`", PAGE.read_text("utf-8")))))
    used = {
        key
        for rule in catalogue.rules()
        if rule.id.startswith("CMP-")
        for stack in stacks(cases_of(rule))
        for item in stack
        if item.type in {GPU_POOL, GPU_STACK, SCHEDULING}
        for key in keys(item.inputs)
    }
    assert used
    assert used - words == set()


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys(item)
