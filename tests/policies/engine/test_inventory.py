import pytest

from policies.engine import Inventory, Resource
from policies.engine.kinds import kind_of
from tests.policies.cases import LATER, resource, urn_of

BUCKET = "aws:s3/bucket:Bucket"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
ACCOUNT = "azure-native:storage:StorageAccount"
SETTING = "azure-native:monitor:DiagnosticSetting"
LAKE = "/subscriptions/s/resourceGroups/lake/providers/Microsoft.Storage/storageAccounts/lake"


def names(target: Resource, source: Resource, path: str, *others: Resource) -> bool | None:
    stack = Inventory([target, source, *others])
    (view,) = source.properties.follow(path)
    return stack.refers(view, target).state


def logging(value: object, *made_from: str) -> Resource:
    return resource(LOGGING, "log", {"bucket": value}, made_from={"bucket": list(made_from)})


A, B = urn_of(BUCKET, "a"), urn_of(BUCKET, "b")


@pytest.mark.parametrize(
    ("declared", "reference", "answer"),
    [
        ({"bucket": "a"}, logging("a"), True),
        ({"bucket": "a"}, logging("b"), False),
        ({"bucket": "a"}, logging(LATER), None),
        ({"bucket": "a"}, logging(None), False),
        ({}, logging(LATER, A), True),
        ({}, logging(LATER, B), False),
        ({}, logging(LATER, A, B), None),
        ({}, logging("b"), False),
        ({"bucket": LATER}, logging("b"), None),
        ({"bucket": "a"}, logging("a", A, B), True),
    ],
    # The text of a resource holds sets, whose order changes from process to process.
    ids=[
        "same-name",
        "other-name",
        "name-comes-later",
        "no-name",
        "made-from-it",
        "made-from-another",
        "made-from-either",
        "unnamed-target",
        "unnamed-target-later",
        "name-before-dependency",
    ],
)
def test_a_reference_is_resolved_by_name_and_before_that_by_dependency(
    declared: dict[str, object], reference: Resource, *, answer: bool | None
) -> None:
    target = resource(BUCKET, "a", declared)
    assert names(target, reference, "bucket", resource(BUCKET, "b", {})) is answer


@pytest.mark.parametrize(
    ("uri", "answer"),
    [
        (LAKE, True),
        (LAKE.upper(), True),
        (f"{LAKE}/blobServices/default", True),
        (LAKE.replace("storageAccounts/lake", "storageAccounts/other"), False),
        (f"{LAKE}2", False),
    ],
)
def test_an_azure_id_names_the_resource_in_it(uri: str, *, answer: bool) -> None:
    target = resource(ACCOUNT, "lake", {"accountName": "lake", "resourceGroupName": "lake"})
    assert names(target, resource(SETTING, "audit", {"resourceUri": uri}), "resourceUri") is answer


def test_outputs_name_a_resource_whose_inputs_do_not() -> None:
    target = resource(BUCKET, "a", {}, outputs={"bucket": "a-1234567"}, settled=True)
    assert names(target, logging("a-1234567"), "bucket") is True
    assert names(target, logging("a-7654321"), "bucket") is False


@pytest.mark.parametrize(
    "reference",
    [
        logging("a"),
        logging("A/objects"),
        logging("other"),
        logging(LATER),
        logging(None),
        logging(LATER, A),
        logging(LATER, A, B),
        logging("a", B),
    ],
    ids=["name", "part", "other", "later", "none", "made-from-one", "made-from-either", "name-and-origin"],
)
def test_what_a_property_means_is_what_it_refers_to(reference: Resource) -> None:
    buckets = [
        resource(BUCKET, name, declared)
        for name, declared in (
            ("a", {"bucket": "a"}),
            ("b", {}),
            ("c", {"bucket": LATER}),
            ("d", {"bucket": "d"}),
        )
    ]
    stack = Inventory([*buckets, reference])
    answers = {bucket.urn: stack.refers(reference["bucket"], bucket).state for bucket in buckets}
    meant = {bucket.urn: named.state for bucket, named in stack.meant(reference["bucket"], BUCKET)}
    assert meant == {urn: state for urn, state in answers.items() if state is not False}


def test_what_is_derived_from_a_stack_is_computed_once() -> None:
    calls: list[int] = []

    def count(stack: Inventory) -> int:
        calls.append(len(stack))
        return len(stack)

    stack = Inventory([resource(BUCKET, "a", {})])
    assert (stack.derive(count), stack.derive(count), calls) == (1, 1, [1])


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("aws:s3/bucketV2:BucketV2", BUCKET),
        ("azure-native:storage/v20240101:StorageAccount", ACCOUNT),
        ("azure-native:storage/v20150501preview:StorageAccount", ACCOUNT),
        ("kubernetes:core/v1:Pod", "kubernetes:core:Pod"),
        ("kubernetes:core/v1:PodPatch", "kubernetes:core:Pod"),
        ("kubernetes:extensions/v1beta1:Deployment", "kubernetes:apps:Deployment"),
        (
            "kubernetes:serving.kserve.io/v1beta1:InferenceService",
            "kubernetes:serving.kserve.io:InferenceService",
        ),
        ("kubernetes:example.org/v1:HotPatch", "kubernetes:example.org:HotPatch"),
        ("trunkline:network:Network", "trunkline:network:Network"),
        ("pulumi:pulumi:Stack", "pulumi:pulumi:Stack"),
        ("odd", "odd"),
    ],
)
def test_a_kind_is_a_type_without_its_version(token: str, kind: str) -> None:
    assert kind_of(token) == kind
