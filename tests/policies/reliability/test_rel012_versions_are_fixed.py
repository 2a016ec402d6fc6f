from policies.engine import Resource
from policies.reliability.rel012_versions_are_fixed import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

POD = "kubernetes:core/v1:Pod"
RELEASE = "kubernetes:helm.sh/v3:Release"
CHART = "kubernetes:helm.sh/v4:Chart"
DIGEST = "sha256:6c9314d8dd18bcfd11c509e00ea39016c4fb978e42e86df1e4dfd17038b10b78"


def pod(*images: object, **more: object) -> Resource:
    containers = [{"name": "main", "image": image} for image in images]
    return resource(POD, "job", {"metadata": {"name": "job"}, "spec": {"containers": containers, **more}})


def release(version: object = "26.7.0", chart: object = "gpu-operator") -> Resource:
    return resource(RELEASE, "gpu", {"chart": chart, "version": version})


def moves(image: str) -> str:
    return (
        f"job.spec.containers[0].image: the image '{image}' may be another one tomorrow: it has no tag, or "
        "one "
        "that moves"
    )


def changes(version: str, chart: str = "gpu-operator") -> str:
    return f"gpu.version: the chart '{chart}' may be another one tomorrow: its version is {version}"


CASES = Cases(
    rule=RULE,
    good={
        "a tag": [pod("nvcr.io/nvidia/tritonserver:26.07-py3")],
        "a digest": [pod(f"registry.acme.example:5000/train@{DIGEST}")],
        "a digest behind a tag that moves": [pod(f"train:latest@{DIGEST}")],
        "a volume": [pod("train:1", volumes=[{"name": "model", "image": {"reference": f"ranker@{DIGEST}"}}])],
        "a chart": [release()],
        "a chart with a v": [release("v26.7.0")],
        "a chart before its release": [release("1.2.3-rc.1")],
        "a chart beside the program": [release(None, "./charts/serving")],
        "a chart by its digest": [release(None, f"oci://ghcr.io/acme/serving@{DIGEST}")],
        "a chart of the newer kind": [resource(CHART, "gpu", {"chart": "gpu-operator", "version": "26.7.0"})],
    },
    bad={
        "latest": ([pod("train:latest")], [moves("train:latest")]),
        "no tag": ([pod("acme.example:5000/train")], [moves("acme.example:5000/train")]),
        "a branch": ([pod("train:main")], [moves("train:main")]),
        "one that only prepares": (
            [pod("train:1", initContainers=[{"name": "fetch", "image": "curl"}])],
            [moves("curl").replace("containers", "initContainers")],
        ),
        "a volume": (
            [pod("train:1", volumes=[{"name": "model", "image": {"reference": "ranker:stable"}}])],
            [moves("ranker:stable").replace("containers[0].image", "volumes[0].image.reference")],
        ),
        "a chart without a version": ([release(None)], [changes("not set")]),
        "a chart with a range": ([release("^26.0.0")], [changes("'^26.0.0'")]),
        "a chart with a wildcard": ([release("26.*")], [changes("'26.*'")]),
        "a chart with half a version": ([release("26.7")], [changes("'26.7'")]),
        "a chart of the newer kind": (
            [resource(CHART, "gpu", {"chart": "oci://x/gpu-operator"})],
            [changes("not set", "oci://x/gpu-operator")],
        ),
    },
    unknown={
        "an image from elsewhere": ([pod(LATER)], ["job.spec.containers[0].image"]),
        "a version from elsewhere": ([release(LATER)], ["gpu.version"]),
    },
    waived={"a demonstration": [pod("train:latest")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_may_move_its_own_tags() -> None:
    moving = settings(RULE, floatingTags=["latest", "prod"])
    assert told(findings(RULE, [pod("train:prod")])) == []
    assert told(findings(RULE, [pod("train:prod")], by=moving)) == [moves("train:prod")]
