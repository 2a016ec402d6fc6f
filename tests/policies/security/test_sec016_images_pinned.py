from typing import Any

import pytest

from policies.engine import Resource
from policies.security import images
from policies.security.sec016_images_pinned import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told
from tests.policies.security.workloads import deployment, inference, pod, workflow

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
GOOD = f"111122223333.dkr.ecr.eu-central-1.amazonaws.com/train:1.4@{DIGEST}"
TAGGED = "nvcr.io/nvidia/pytorch:26.01-py3"
MODEL = "aws:sagemaker/model:Model"
RELEASE = "kubernetes:helm.sh/v3:Release"


def runs(image: object, name: str = "train") -> dict[str, object]:
    return {"name": name, "image": image}


def model(image: object) -> Resource:
    return resource(MODEL, "rank", {"executionRoleArn": "arn:x", "primaryContainer": {"image": image}})


def environment(image: object) -> Resource:
    return resource(
        "azure-native:machinelearningservices:EnvironmentVersion",
        "env",
        {"resourceGroupName": "ml", "workspaceName": "w", "name": "e", "properties": {"image": image}},
    )


def release(**values: Any) -> Resource:
    return resource(RELEASE, "mlflow", {"chart": "mlflow", "values": values})


def shown(image: str) -> str:
    """An image as messages show it: short."""
    return image if len(image) <= 80 else f"{image[:80]}…"


def loose(image: str) -> str:
    return f"image '{shown(image)}' is not pinned by its digest (sha256), so it can change"


def foreign(image: str) -> str:
    return f"the registry or project of image '{shown(image)}' is not an approved one"


CASES = Cases(
    rule=RULE,
    good={
        "a pinned image": [pod(runs(GOOD))],
        "a deployment": [deployment({"containers": [runs(f"registry.k8s.io/pause@{DIGEST}")]})],
        "a model server whose runtime has the image": [inference(model={"modelFormat": {"name": "onnx"}})],
        "a model of SageMaker": [model(GOOD)],
        "a model package": [
            resource(
                MODEL,
                "rank",
                {"executionRoleArn": "arn:x", "primaryContainer": {"modelPackageName": "arn:aws:sagemaker"}},
            )
        ],
        "an environment of Azure ML": [environment(f"mcr.microsoft.com/azureml/base@{DIGEST}")],
        "a chart with the parts of an image": [
            release(
                image={"registry": "ghcr.io", "repository": "mlflow/mlflow", "tag": "v3", "digest": DIGEST},
                ingress={"host": LATER},
            )
        ],
        "a chart with an image as text": [
            release(server={"image": f"quay.io/feastdev/feature-server@{DIGEST}"})
        ],
        "a chart with a digest in the tag": [
            release(image={"repository": "registry.k8s.io/kueue/kueue", "tag": f"v0.19.2@{DIGEST}"})
        ],
        "a chart whose values say nothing of images": [release(replicas=2, config={"repository": "git"})],
    },
    bad={
        "a tag": ([pod(runs(TAGGED))], [f"job.spec.containers[0].image: {loose(TAGGED)}"]),
        "an image of anyone": (
            [pod(runs(f"someone/train@{DIGEST}"))],
            [f"job.spec.containers[0].image: {foreign(f'someone/train@{DIGEST}')}"],
        ),
        "neither": (
            [pod(runs("nginx"))],
            [
                f"job.spec.containers[0].image: {loose('nginx')}",
                f"job.spec.containers[0].image: {foreign('nginx')}",
            ],
        ),
        "one that only prepares": (
            [pod(runs(GOOD), initContainers=[runs(TAGGED, "fetch")])],
            [f"job.spec.initContainers[0].image: {loose(TAGGED)}"],
        ),
        "a volume from an image": (
            [pod(runs(GOOD), volumes=[{"name": "model", "image": {"reference": TAGGED}}])],
            [f"job.spec.volumes[0].image.reference: {loose(TAGGED)}"],
        ),
        "a template of a workflow": (
            [workflow({}, container=runs(TAGGED))],
            [f"flow.spec.templates[0].container.image: {loose(TAGGED)}"],
        ),
        "a registry that is called like another": (
            [pod(runs(f"evil.example/x.azurecr.io/train@{DIGEST}"))],
            [f"job.spec.containers[0].image: {foreign(f'evil.example/x.azurecr.io/train@{DIGEST}')}"],
        ),
        "a digest that is none": (
            [model(GOOD[:-1])],
            [f"rank.primaryContainer.image: {loose(GOOD[:-1])}"],
        ),
        "an environment of Azure ML": (
            [environment("mcr.microsoft.com/azureml/base:latest")],
            [f"env.properties.image: {loose('mcr.microsoft.com/azureml/base:latest')}"],
        ),
        "a chart": (
            [release(server={"image": {"repository": "ghcr.io/mlflow/mlflow", "tag": "latest"}})],
            [f"mlflow.values.server.image.repository: {loose('ghcr.io/mlflow/mlflow')}"],
        ),
        "a chart with the parts of a foreign image": (
            [release(image={"registry": "docker.io", "repository": "bitnami/redis", "digest": DIGEST})],
            [f"mlflow.values.image.repository: {foreign('bitnami/redis')}"],
        ),
        "a list in a chart": (
            [release(sidecars=[{"image": TAGGED}])],
            [f"mlflow.values.sidecars[0].image: {loose(TAGGED)}"],
        ),
    },
    unknown={
        "an image from elsewhere": (
            [pod(runs(LATER))],
            ["job.spec.containers[0].image", "job.spec.containers[0].image"],
        ),
        "values from elsewhere": (
            [resource(RELEASE, "mlflow", {"chart": "m", "values": LATER})],
            ["mlflow.values"],
        ),
        "a part of the values from elsewhere": ([release(server=LATER)], ["mlflow.values.server"]),
    },
    waived={"an image that is being moved": [pod(runs(TAGGED))]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_approves_its_own_registry() -> None:
    image = f"registry.acme.example:5000/ml/train@{DIGEST}"
    assert told(findings(RULE, [pod(runs(image))])) == [f"job.spec.containers[0].image: {foreign(image)}"]
    own = settings(RULE, approvedRegistries=["registry.acme.example:5000"])
    assert told(findings(RULE, [pod(runs(image))], by=own)) == []


@pytest.mark.parametrize(
    ("image", "pattern", "covered"),
    [
        ("nginx", "docker.io/library", True),
        ("nginx:1.29", "docker.io/library/nginx", True),
        ("library/nginx", "docker.io", True),
        ("localhost/train", "docker.io", False),
        ("localhost:5000/train:1", "localhost:5000", True),
        ("ghcr.io/mlflow-evil/x", "ghcr.io/mlflow", False),
        ("ghcr.io/mlflow/x:1", "ghcr.io/mlflow", True),
    ],
)
def test_which_images_a_pattern_covers(image: str, pattern: str, covered: bool) -> None:  # noqa: FBT001
    assert images.approved([pattern], image) is covered
