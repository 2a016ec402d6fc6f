from typing import Any

from policies.engine import Resource
from policies.provenance.prv019_served_models_documented import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of
from tests.policies.declared import chain, endpoint, model, place

SAGEMAKER = "aws:sagemaker/model:Model"
ONLINE = "azure-native:machinelearningservices:OnlineDeployment"
KSERVE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
ROLE = "arn:aws:iam::123456789012:role/ranker"


def sagemaker(tags: Any = None, name: str = "ranker") -> Resource:
    inputs = {"executionRoleArn": ROLE, "primaryContainer": {"image": "ranker"}}
    return resource(SAGEMAKER, name, inputs if tags is None else {**inputs, "tags": tags})


def azureml(tags: Any) -> Resource:
    names = {
        "resourceGroupName": "ml",
        "workspaceName": "ml",
        "endpointName": "rank",
        "deploymentName": "blue",
    }
    return resource(
        ONLINE,
        "blue",
        {**names, "tags": tags, "properties": {"endpointComputeType": "Managed"}},
    )


def kserve(annotations: Any) -> Resource:
    return resource(KSERVE, "rank", {"metadata": {"name": "rank", "annotations": annotations}, "spec": {}})


CASES = Cases(
    rule=RULE,
    good={
        "all of it": chain(),
        "a model that does not answer": [model("draft", digest=None, card=None)],
        "what is no endpoint does not answer": [
            model("draft", digest=None, card=None),
            resource(
                "trunkline:catalogue:FeatureView",
                "view",
                {"node": "featureView:view", "inputs": [{"node": "model:draft", "edge": "servedBy"}]},
            ),
        ],
        "a model of somebody else": [model("base", thirdParty=True), endpoint("chat", "servedBy model:base")],
        "what serves it names it": [
            *chain(),
            sagemaker({"trunkline:node": "model:ranker"}),
            azureml({"trunkline:node": "endpoint:rank"}),
            kserve({"trunkline.dev/node": "endpoint:rank"}),
        ],
        "it names what serves it": [
            *chain(
                endpoint={
                    "places": [place("processedIn", "compute:aws", resource=urn_of(SAGEMAKER, "ranker"))]
                }
            ),
            sagemaker(),
        ],
        "it is a part of the endpoint": [
            *chain(),
            resource(
                KSERVE,
                "rank",
                {"metadata": {}, "spec": {}},
                parent=urn_of("trunkline:catalogue:Endpoint", "rank"),
            ),
        ],
    },
    bad={
        "nothing is documented": (
            chain(model={"digest": None, "card": None}),
            [
                "ranker.card: it answers, and has no model card",
                "ranker.digest: it answers, and no digest says which weights: digest is not set",
            ],
        ),
        "out of nothing": (
            [model("ranker"), endpoint("rank", "servedBy model:ranker")],
            [
                "ranker.inputs: it answers, and nothing says what it was trained on",
            ],
        ),
        "a digest that is none": (
            chain(model={"digest": "v4"}),
            [
                "ranker.digest: it answers, and no digest says which weights: digest is 'v4'",
            ],
        ),
        "models that nobody declared": (
            [
                *chain(),
                sagemaker({"owner": "ads"}),
                azureml({"trunkline:node": "model:other"}),
                kserve({"trunkline.dev/node": "rank"}),
            ],
            [
                (
                    "ranker: it answers with a model that nobody declared: the tag trunkline:node names no "
                    "model or endpoint"
                ),
                (
                    "blue: it answers with a model that nobody declared: the tag trunkline:node names no "
                    "model or endpoint"
                ),
                (
                    "rank: it answers with a model that nobody declared: the annotation trunkline.dev/node "
                    "names no model or endpoint"
                ),
            ],
        ),
    },
    unknown={
        "its digest": (
            chain(model={"digest": LATER}),
            [
                "ranker.digest",
            ],
        ),
        "which model answers": (
            [model("ranker", "trainedOn dataset:x", card=None), endpoint("rank", inputs=LATER)],
            [
                "ranker.rank.inputs",
            ],
        ),
        "what a model says it is": (
            [*chain(), sagemaker({"trunkline:node": LATER})],
            [
                "ranker.tags.trunkline:node",
            ],
        ),
        "the annotations": (
            [*chain(), kserve(LATER)],
            [
                "rank.metadata.annotations.trunkline.dev/node",
            ],
        ),
    },
    waived={"nothing is documented": chain(model={"card": None})},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
