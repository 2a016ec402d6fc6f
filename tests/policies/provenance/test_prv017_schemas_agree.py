from typing import Any

from policies.engine import Resource
from policies.provenance.prv017_schemas_agree import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import DIGEST, chain, dataset, view

USER = {"name": "user_id", "type": "int64"}
DWELL = {"name": "dwell", "type": "int64", "unit": "ms"}


def fields(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"digest": DIGEST, "fields": list(entries)}


def expects(name: str, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"node": name, "fields": list(entries)}]


def read(**changes: Any) -> list[Resource]:
    """Return a dataset, and a view that reads it."""
    return [dataset("clicks"), view("user_7d", "readsFrom dataset:clicks", **changes)]


def served(learned: list[dict[str, Any]], **endpoint: Any) -> list[Resource]:
    """Return a chain whose model learned from these fields of its view."""
    return chain(training={"expects": expects("featureView:user_7d", *learned)}, endpoint=endpoint)


def looks_up(**endpoint: Any) -> dict[str, Any]:
    """Return an endpoint that looks its features up."""
    inputs = [
        {"node": "model:ranker", "edge": "servedBy"},
        {"node": "featureView:user_7d", "edge": "readsFrom"},
    ]
    return {"inputs": inputs, **endpoint}


CASES = Cases(
    rule=RULE,
    good={
        "nobody expects anything": chain(),
        "a field by its name": read(expects=expects("dataset:clicks", {"name": "dwell"})),
        "a field by all it is": read(expects=expects("dataset:clicks", {**DWELL, "nullable": False})),
        "asked for in the request": served([USER, DWELL], schema=fields(USER, DWELL)),
        "looked up": served([{"name": "dwell"}], **looks_up(expects=expects("featureView:user_7d", DWELL))),
    },
    bad={
        "a field that is not there": (
            read(expects=expects("dataset:clicks", {"name": "age"})),
            [
                "user_7d.expects[0].fields[0].name: dataset clicks has no field 'age'",
            ],
        ),
        "another type": (
            read(expects=expects("dataset:clicks", {**DWELL, "type": "float32"})),
            [
                (
                    "user_7d.expects[0].fields[0].type: it takes the type of 'dwell' for 'float32', which "
                    "dataset clicks does not say"
                ),
            ],
        ),
        "another unit": (
            read(expects=expects("dataset:clicks", {**DWELL, "unit": "s"})),
            [
                (
                    "user_7d.expects[0].fields[0].unit: it takes the unit of 'dwell' for 's', which "
                    "dataset clicks does not say"
                ),
            ],
        ),
        "a unit where there is none": (
            read(expects=expects("dataset:clicks", {**USER, "unit": "s"})),
            [
                (
                    "user_7d.expects[0].fields[0].unit: it takes the unit of 'user_id' for 's', which "
                    "dataset clicks does not say"
                ),
            ],
        ),
        "a field that may be missing": (
            [
                dataset("clicks", schema=fields({**USER, "nullable": True})),
                view(
                    "user_7d",
                    "readsFrom dataset:clicks",
                    expects=expects("dataset:clicks", {**USER, "nullable": False}),
                ),
            ],
            [
                (
                    "user_7d.expects[0].fields[0].nullable: it counts on 'user_id' to be there, which may "
                    "be missing in dataset clicks"
                ),
            ],
        ),
        "fields of what it does not read": (
            read(expects=expects("dataset:other", USER)),
            [
                "user_7d.expects[0].node: it expects fields of 'dataset:other', which it does not read",
            ],
        ),
        "a dataset without a schema": (
            [
                dataset("clicks", schema=None),
                view("user_7d", "readsFrom dataset:clicks", expects=expects("dataset:clicks", USER)),
            ],
            [
                "user_7d.expects[0].fields[0].name: dataset clicks has no field 'user_id'",
            ],
        ),
        "a feature that nothing gives": (
            served([USER, DWELL], schema=fields(USER)),
            [
                (
                    "rank.schema.fields[0].name: its model learned from 'dwell' of feature view user_7d, "
                    "and nothing gives it that field"
                ),
            ],
        ),
        "nothing is given at all": (
            served([{"name": "dwell"}]),
            [
                (
                    "rank.schema.fields: its model learned from 'dwell' of feature view user_7d, and "
                    "nothing gives it that field"
                ),
            ],
        ),
        "asked in another unit": (
            served([USER, DWELL], schema=fields(USER, {**DWELL, "unit": "s"})),
            [
                (
                    "rank.schema.fields[1].name: its model learned 'dwell' from feature view user_7d, and "
                    "is asked with another unit"
                ),
            ],
        ),
        "asked without a unit": (
            served([DWELL], schema=fields({"name": "dwell", "type": "int64"})),
            [
                (
                    "rank.schema.fields[0].name: its model learned 'dwell' from feature view user_7d, and "
                    "is asked with another unit"
                ),
            ],
        ),
    },
    unknown={
        "the schema": (
            [
                dataset("clicks", schema=LATER),
                view(
                    "user_7d",
                    "readsFrom dataset:clicks",
                    expects=expects("dataset:clicks", {"name": "dwell"}),
                ),
            ],
            [
                "user_7d.clicks.schema.fields[*].name",
            ],
        ),
        "what it expects": (
            read(expects=LATER),
            [
                "user_7d.expects[*].node",
                "user_7d.expects[*].node",
                "user_7d.expects[*].node",
                "user_7d.expects[*].node",
            ],
        ),
        "the type it expects": (
            read(expects=expects("dataset:clicks", {"name": "dwell", "type": LATER})),
            [
                "user_7d.expects[0].fields[0].type",
            ],
        ),
        "what it reads": (
            [dataset("clicks"), view("v", inputs=LATER, expects=expects("dataset:clicks", USER))],
            [
                "v.inputs",
            ],
        ),
        "the request": (
            served([{"name": "dwell"}], schema=LATER),
            [
                "rank.schema.fields[*].name",
                "rank.schema.fields[*].name",
                "rank.schema.fields[*].name",
            ],
        ),
        "the training": (
            chain(model={"inputs": LATER}),
            [
                "rank.ranker.inputs",
            ],
        ),
    },
    waived={"another unit": read(expects=expects("dataset:clicks", {**DWELL, "unit": "s"}))},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
