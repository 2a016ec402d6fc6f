"""The list of kinds that take tags is what the installed SDKs say."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.engine.kinds import kind_of
from policies.shapes import taggable

TAGS = re.compile(r"\btags: pulumi\.Input\[Optional\[Mapping")
TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'([^']+)'")


def kinds(sdk: str) -> Iterator[str]:
    """Yield the kinds whose resources take a map of tags, from the source: importing all takes minutes."""
    spec = importlib.util.find_spec(sdk)
    assert spec is not None
    assert spec.origin is not None
    for file in Path(spec.origin).parent.rglob("*.py"):
        if file.name.startswith(("get_", "list_", "_")):
            continue
        source = file.read_text(encoding="utf-8")
        start = source.rfind("def _internal_init")
        if start >= 0 and TAGS.search(source, start, source.index("__props__=None", start)):
            token = TOKEN.search(source)
            assert token is not None, file
            yield kind_of(token[1])


@pytest.mark.parametrize(("package", "sdk"), [("aws", "pulumi_aws"), ("azure-native", "pulumi_azure_native")])
def test_every_kind_with_tags_is_listed_and_no_other(package: str, sdk: str) -> None:
    listed = {kind for kind in taggable.KINDS if kind.startswith(f"{package}:")}
    assert listed == set(kinds(sdk))
