from policies.provenance.prv003_schema_pinned import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import DIGEST, FIELDS, dataset, view

CASES = Cases(
    rule=RULE,
    good={"a schema with its digest": [dataset(), view()]},
    bad={
        "no schema": (
            [dataset(schema=None)],
            [
                "clicks.schema.digest: its schema is not pinned: schema.digest is not set",
                "clicks.schema.fields: nothing says which fields it has",
            ],
        ),
        "no fields": (
            [view(schema={"digest": DIGEST, "fields": []})],
            ["user_7d.schema.fields: nothing says which fields it has"],
        ),
        "a digest that is none": (
            [view(schema={"digest": "sha256:abc", "fields": FIELDS})],
            ["user_7d.schema.digest: its schema is not pinned: schema.digest is 'sha256:abc'"],
        ),
        "a field without name, and one without type": (
            [dataset(schema={"digest": DIGEST, "fields": [{"type": "int64"}, {"name": "dwell"}]})],
            [
                "clicks.schema.fields[0].name: a field has no name: it is not set",
                "clicks.schema.fields[1].type: the field 'dwell' has no type",
            ],
        ),
    },
    unknown={
        "a digest from elsewhere": (
            [dataset(schema={"digest": LATER, "fields": FIELDS})],
            ["clicks.schema.digest"],
        ),
        "fields from elsewhere": (
            [view(schema={"digest": DIGEST, "fields": LATER})],
            ["user_7d.schema.fields", "user_7d.schema.fields[*].name", "user_7d.schema.fields[*].type"],
        ),
    },
    waived={"no schema": [view(schema=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
