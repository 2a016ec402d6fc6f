"""Pods as the tests of several rules state them."""

from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from tests.policies.cases import resource

POD = "kubernetes:core/v1:Pod"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
WORKFLOW = "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate"
INFERENCE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"


def container(
    name: str = "train", /, *, context: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a container; ``context`` is its securityContext."""
    return {"name": name, **({} if context is None else {"securityContext": context}), **more}


def pod(*containers: Mapping[str, Any], context: Mapping[str, Any] | None = None, **more: Any) -> Resource:
    """Return a pod called ``job`` with these containers."""
    own = {} if context is None else {"securityContext": context}
    spec = {"containers": list(containers), **own, **more}
    return resource(POD, "job", {"metadata": {"name": "job", "namespace": "ml"}, "spec": spec})


def deployment(spec: Mapping[str, Any]) -> Resource:
    """Return a deployment called ``web`` of the pod ``spec``."""
    return resource(
        DEPLOYMENT,
        "web",
        {"metadata": {"name": "web", "namespace": "ml"}, "spec": {"template": {"spec": spec}}},
    )


def workflow(spec: Mapping[str, Any], **template: Any) -> Resource:
    """Return an Argo workflow called ``flow`` with ``spec`` around one template."""
    return resource(WORKFLOW, "flow", {"spec": {**spec, "templates": [{"name": "train", **template}]}})


def inference(**predictor: Any) -> Resource:
    """Return a KServe service called ``rank``."""
    return resource(INFERENCE, "rank", {"metadata": {"name": "rank"}, "spec": {"predictor": predictor}})
