from policies.engine import Resource
from policies.reliability.rel013_nothing_outlives_its_date import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
ACCOUNT = "azure-native:storage:StorageAccount"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
PLAN = {"decommission-plan": "OPS-77"}


def endpoint(**tags: object) -> Resource:
    tags = {key.replace("_", "-"): value for key, value in tags.items()}
    return resource(ENDPOINT, "ranker", {"endpointConfigName": "ranker-1", "tags": tags})


def service(labels: object = None, annotations: object = None) -> Resource:
    metadata = {"name": "ranker", "labels": labels, "annotations": annotations}
    return resource(SERVICE, "ranker", {"metadata": metadata, "spec": {"predictor": {}}})


CASES = Cases(
    rule=RULE,
    good={
        "no date": [endpoint(owner="ads")],
        "no tags": [resource(ENDPOINT, "ranker", {"endpointConfigName": "ranker-1"})],
        "a day to come, with a plan": [endpoint(end_of_life="2027-06-30", decommission_plan="OPS-77")],
        "the last day": [endpoint(end_of_life="2026-11-23", decommission_plan="OPS-77")],
        "a service": [
            service(
                {"trunkline.dev/end-of-life": "2027-06-30"},
                {"trunkline.dev/decommission-plan": "https://wiki.acme.example/ranker"},
            )
        ],
    },
    bad={
        "a day that is past": (
            [endpoint(end_of_life="2026-11-22", decommission_plan="OPS-77")],
            ["ranker.tags.end-of-life: it should be gone since '2026-11-22'"],
        ),
        "a day without a plan": (
            [resource(ACCOUNT, "lake", {"resourceGroupName": "data", "tags": {"end-of-life": "2027-06-30"}})],
            [
                (
                    "lake.tags.end-of-life: it ends on '2027-06-30', and nothing says how: decommission-plan "
                    "is not "
                    "set"
                )
            ],
        ),
        "a day that is none": (
            [endpoint(end_of_life="next summer", decommission_plan="OPS-77")],
            ["ranker.tags.end-of-life: end-of-life is 'next summer'; it must be a day such as 2027-06-30"],
        ),
        "a service": (
            [service({"trunkline.dev/end-of-life": "2025-01-31"})],
            [
                (
                    "ranker.metadata.labels.trunkline.dev/end-of-life: it ends on '2025-01-31', and "
                    "nothing says "
                    "how: decommission-plan is not set"
                ),
                "ranker.metadata.labels.trunkline.dev/end-of-life: it should be gone since '2025-01-31'",
            ],
        ),
    },
    unknown={
        "a day from elsewhere": (
            [endpoint(end_of_life=LATER, decommission_plan="OPS-77")],
            ["ranker.tags.end-of-life", "ranker.tags.end-of-life"],
        ),
        "a plan from elsewhere": (
            [endpoint(end_of_life="2027-06-30", decommission_plan=LATER)],
            ["ranker.tags.decommission-plan"],
        ),
    },
    waived={
        "an endpoint that a court keeps": [endpoint(end_of_life="2026-01-31", decommission_plan="OPS-77")]
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_day_can_be_set_to_see_what_comes() -> None:
    ending = endpoint(end_of_life="2027-06-30", decommission_plan="OPS-77")
    assert told(findings(RULE, [ending], by=settings(RULE, today="2027-07-01"))) == [
        "ranker.tags.end-of-life: it should be gone since '2027-06-30'"
    ]
