"""Who owns a resource is written in each provider's own spelling."""

import re

from hypothesis import given
from hypothesis import strategies as st

from components.core import Tags
from tests.components.builds import TAGS

LABEL_KEY = r"(?:[a-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
LABEL_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?"


def test_cloud_tags_say_whose_it_is_and_who_pays() -> None:
    assert TAGS.as_cloud_tags(Name="net") == {
        "platform": "acme",
        "environment": "dev",
        "owner": "ml",
        "contact": "ml@acme.example",
        "managed-by": "trunkline",
        "cost-centre": "cc-1",
        "Name": "net",
    }


def test_what_is_no_label_becomes_an_annotation() -> None:
    assert TAGS.as_labels() == {
        "app.kubernetes.io/managed-by": "trunkline",
        "trunkline.dev/platform": "acme",
        "trunkline.dev/environment": "dev",
        "trunkline.dev/owner": "ml",
        "trunkline.dev/managed-by": "trunkline",
        "trunkline.dev/cost-centre": "cc-1",
    }
    assert TAGS.as_annotations() == {"trunkline.dev/contact": "ml@acme.example"}


def test_a_platform_cannot_disown_its_resources_by_a_tag() -> None:
    tags = Tags(platform="acme", environment="dev", owner="ml", contact="c", extra={"owner": "nobody"})
    assert tags.as_cloud_tags()["owner"] == "ml"


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", fullmatch=True),
        st.text(max_size=80),
        max_size=5,
    )
)
def test_labels_are_always_labels(extra: dict[str, str]) -> None:
    tags = Tags(platform="p", environment="dev", owner="o", contact="c@x", extra=extra)
    for key, value in tags.as_labels().items():
        assert re.fullmatch(LABEL_KEY, key), key
        assert re.fullmatch(LABEL_VALUE, value), value
    for key in tags.as_annotations():
        assert re.fullmatch(LABEL_KEY, key), key
