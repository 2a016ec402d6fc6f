from policies.compatibility.cmp023_no_abandoned_sources import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource


def release(chart: object, repository: str | None = None) -> Resource:
    extra = {"repositoryOpts": {"repo": repository}} if repository else {}
    return resource("kubernetes:helm.sh/v3:Release", "chart", {"chart": chart, **extra})


def pod(image: object) -> Resource:
    return resource(
        "kubernetes:core/v1:Pod", "pod", {"spec": {"containers": [{"name": "only", "image": image}]}}
    )


INGRESS = (
    "the chart ingress-nginx is retired, without fixes since March 2026; take a Gateway API implementation, "
    "or the ingress controller of the cloud"
)
BITNAMI = "no longer updated without a subscription; take the image of the project itself"

CASES = Cases(
    rule=RULE,
    good={
        "a chart that is kept up": [release("kueue", "oci://registry.k8s.io/kueue/charts")],
        "Tempo from where it is kept up": [
            release("tempo", "https://grafana-community.github.io/helm-charts")
        ],
        "an image of the project": [pod("docker.io/library/redis:8@sha256:" + "0" * 64)],
    },
    bad={
        "ingress-nginx": ([release("ingress-nginx")], [f"chart.chart: {INGRESS}"]),
        "an image of Bitnami": (
            [pod("docker.io/bitnami/redis:7.2")],
            [
                "pod.spec.containers[0].image: the image 'docker.io/bitnami/redis:7.2' is " + BITNAMI,
            ],
        ),
    },
    unknown={
        "a chart from elsewhere": ([release(LATER)], ["chart.chart"] * 5),
        "an image from elsewhere": ([pod(LATER)], ["pod.spec.containers[0].image"] * 3),
    },
    waived={"ingress-nginx": [release("ingress-nginx")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
