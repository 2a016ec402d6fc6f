"""Realistic defects of a platform, one at a time: how each is planted, and which rule has to catch it.

A defect of the platform file is an edit of its text. A defect of the infrastructure is an edit of the
resources that the program registers, as a change of a component or a resource of somebody else would make it.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engine import Resource
from policies.engine.values import properties_from_json

LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine says that nobody knows a value yet."""

Resources = Mapping[str, Resource]
"""By the name of the resource, with its kind in front where two share a name: ``Dataset clicks``."""
Edit = Callable[[list[Resource]], list[Resource]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """One defect."""

    name: str
    rule: str
    """The rule that is meant to catch it."""
    text: Sequence[tuple[str, str]] = ()
    """Edits of the platform file and its contracts: what stands there, and what stands there instead."""
    edit: Edit | None = None
    """An edit of the resources."""
    path: Sequence[str] = ()
    """Nodes that the witness path has to name, in their order."""


def named(resources: Sequence[Resource], name: str) -> Resource:
    """Return the resource of this name, or of this kind and name."""
    kind, _, rest = name.rpartition(" ")
    found = [item for item in resources if item.name == rest and (not kind or item.type.endswith(f":{kind}"))]
    assert len(found) == 1, (name, [item.urn for item in found])
    return found[0]


def drop(*names: str) -> Edit:
    """Leave resources out."""

    def edit(resources: list[Resource]) -> list[Resource]:
        gone = {named(resources, name).urn for name in names}
        return [item for item in resources if item.urn not in gone]

    return edit


def change(name: str, **inputs: Any) -> Edit:
    """Set inputs of a resource; ``None`` removes one."""

    def edit(resources: list[Resource]) -> list[Resource]:
        subject = named(resources, name)
        fresh = {**(subject.inputs or {}), **properties_from_json(inputs)}
        changed = dataclasses.replace(
            subject,
            inputs={key: value for key, value in fresh.items() if value is not None},
            property_dependencies={
                key: urns for key, urns in subject.property_dependencies.items() if key not in inputs
            },
        )
        return [changed if item is subject else item for item in resources]

    return edit


def rewrite(name: str, key: str, old: str, new: str) -> Edit:
    """Replace a part of a text that stands in an input."""

    def edit(resources: list[Resource]) -> list[Resource]:
        before = (named(resources, name).inputs or {})[key]
        assert isinstance(before, str), (name, key)
        assert old in before, (name, key, before)
        return change(name, **{key: before.replace(old, new)})(resources)

    return edit


def unprotect(name: str) -> Edit:
    """Take the protection of a resource off."""

    def edit(resources: list[Resource]) -> list[Resource]:
        subject = named(resources, name)
        return [dataclasses.replace(item, protect=False) if item is subject else item for item in resources]

    return edit


def add(
    token: str,
    name: str,
    inputs: Mapping[str, Any],
    *,
    beside: str,
    made_from: Mapping[str, str] | None = None,
) -> Edit:
    """Add a resource of somebody else, at the provider of another one.

    ``made_from`` names the resource that a property was made from, where its value is not known yet.
    """

    def edit(resources: list[Resource]) -> list[Resource]:
        like = named(resources, beside)
        stack = like.urn.split("::")[:2]
        fresh = Resource(
            urn="::".join([*stack, token, name]),
            type=token,
            name=name,
            inputs=properties_from_json(inputs),
            provider=like.provider,
            protect=True,
            property_dependencies={
                key: frozenset({named(resources, other).urn}) for key, other in (made_from or {}).items()
            },
        )
        return [*resources, fresh]

    return edit


def both(*edits: Edit) -> Edit:
    """Make several edits one after the other."""

    def edit(resources: list[Resource]) -> list[Resource]:
        for one in edits:
            resources = one(resources)
        return resources

    return edit


IMAGE = "registry.k8s.io/pause@sha256:" + "0" * 64
TAGS = {
    "platform": "acme-ml",
    "environment": "prod",
    "owner": "ml-platform",
    "cost-centre": "cc-4711",
    "data-product": "shop-search",
}


def deployment(**pod: Any) -> Edit:
    """Add a deployment that is right but for what ``pod`` says."""
    container = {
        "name": "app",
        "image": IMAGE,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "resources": {
            "requests": {"cpu": "1", "memory": "1Gi"},
            "limits": {"cpu": "1", "memory": "1Gi"},
        },
    }
    spec: dict[str, Any] = {
        "serviceAccountName": "app",
        "automountServiceAccountToken": False,
        "containers": [container | pod.pop("container", {})],
        **pod,
    }
    labels = {f"trunkline.dev/{key}": value for key, value in TAGS.items()}
    return add(
        "kubernetes:apps/v1:Deployment",
        "app",
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "app", "namespace": "acme-ml", "labels": labels},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": {"app": "app"}},
                "template": {"metadata": {"labels": {"app": "app", **labels}}, "spec": spec},
            },
        },
        beside="aws-home-namespace",
    )


def policy(*statements: Mapping[str, Any]) -> str:
    """Return an IAM policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


_TEAM = 'team:\n  name: shop\nsupport:\n  - {channel: shop, tool: email, url: "mailto:shop@acme.example"}\n'
_QUALITY = (
    "  - {property: quality, value: {limitations: Visitors who were logged in., "
    "biases: Few visitors over 70., gaps: None known.}}\n"
)

DEFECTS: Sequence[Defect] = (
    # -- what the platform file declares ---------------------------------------------------------------------
    Defect(
        name="a dataset that nobody answers for",
        rule="PRV-001",
        text=[
            (
                _TEAM,
                "",
            )
        ],
    ),
    Defect(
        name="a dataset without a version",
        rule="PRV-002",
        edit=change("Dataset clicks", version=None),
    ),
    Defect(
        name="a dataset without a schema",
        rule="PRV-003",
        edit=change("Dataset clicks", schema=None),
    ),
    Defect(
        name="a licence that is none",
        rule="PRV-004",
        edit=change("Dataset clicks", license="CDLA-Permisive"),
    ),
    Defect(
        name="data for non-commercial use behind a commercial endpoint",
        rule="PRV-005",
        edit=change("Dataset clicks", license="CC-BY-NC-4.0"),
        path=["dataset clicks", "endpoint rank"],
    ),
    Defect(
        name="a dataset that was looked through for one kind of data only",
        rule="PRV-006",
        text=[("evaluated: [all]", "evaluated: [pi]")],
    ),
    Defect(
        name="features of confidential data called public",
        rule="PRV-007",
        text=[("store: features, confidentiality: confidential", "store: features, confidentiality: public")],
        path=["dataset clicks", "feature view user-7d"],
    ),
    Defect(name="a feature view of a dataset that is not there", rule="PRV-008", edit=drop("Dataset clicks")),
    Defect(
        name="a dataset that nothing reads",
        rule="PRV-010",
        text=[("evaluatedOn: [clicks-later], ", "")],
    ),
    Defect(
        name="answers that come back as training data",
        rule="PRV-011",
        edit=change(
            "Dataset clicks",
            inputs=[{"node": "endpoint:rank", "edge": "derivedFrom", "position": "acme.yaml:41"}],
        ),
    ),
    Defect(
        name="a production model on data that change under it",
        rule="PRV-012",
        edit=change("Dataset clicks", live=True, digest=None),
    ),
    Defect(
        name="training on data that are for evaluation",
        rule="PRV-013",
        text=[("value: [training, evaluation, production]", "value: [evaluation]")],
    ),
    Defect(
        name="personal data without a legal basis",
        rule="PRV-014",
        text=[('  - {property: consents, value: ["https://shop.acme.example/privacy"]}\n', "")],
    ),
    Defect(
        name="data from nobody knows where",
        rule="PRV-015",
        text=[("  - {property: origin, value: [DE, NL]}\n", "")],
    ),
    Defect(
        name="a store that keeps data longer than they may be kept",
        rule="PRV-016",
        text=[("value: 500, unit: d", "value: 90, unit: d")],
    ),
    Defect(
        name="an endpoint that is asked with other fields than the model was trained on",
        rule="PRV-017",
        edit=change(
            "Endpoint rank",
            expects=[{"node": "featureView:user-7d", "fields": [{"name": "clicked_7d", "type": "string"}]}],
        ),
    ),
    Defect(
        name="health data behind a public endpoint",
        rule="PRV-018",
        text=[
            ("contains: [pi]", "contains: [phi]"),
            ("authentication: oidc,", "authentication: oidc, exposure: public,"),
        ],
        path=["dataset clicks", "endpoint rank"],
    ),
    Defect(
        name="a served model without a model card",
        rule="PRV-019",
        text=[(', card: "https://models.acme.example/ranker/4"', "")],
    ),
    Defect(
        name="a model whose signature nobody checks",
        rule="PRV-020",
        text=[("verified: true", "verified: false")],
    ),
    Defect(
        name="a model judged by what it was trained on",
        rule="PRV-021",
        text=[("evaluatedOn: [clicks-later]", "evaluatedOn: [clicks]")],
    ),
    Defect(
        name="an endpoint of high risk on data whose flaws nobody wrote down",
        rule="PRV-022",
        text=[
            ("riskTier: limited", "riskTier: high"),
            (_QUALITY, ""),
            ("  limitations: Visitors who were logged in.\n", ""),
        ],
    ),
    Defect(
        name="a base model of somebody else without a licence",
        rule="PRV-023",
        text=[
            (
                "models:\n  ranker:\n    {reads",
                "models:\n  base: {store: models, thirdParty: true}\n  ranker:\n    {base: base, reads",
            )
        ],
    ),
    Defect(
        name="an endpoint without a tier of risk",
        rule="PRV-024",
        text=[("authentication: oidc, riskTier: limited,", "authentication: oidc,")],
    ),
    # -- where data may be ---------------------------------------------------------------------------------
    Defect(
        name="data for the United States in a German data centre",
        rule="RSD-001",
        text=[("storageAllowed, value: [EU]", "storageAllowed, value: [US]")],
    ),
    Defect(
        name="data in a country that is ruled out",
        rule="RSD-002",
        text=[("storageAllowed, value: [EU]", "storageForbidden, value: [DE]")],
    ),
    Defect(
        name="training in a country where the data may not be worked on",
        rule="RSD-003",
        text=[("processingIncluded, value: [EU]", "processingIncluded, value: [NL]")],
        path=["dataset clicks"],
    ),
    Defect(
        name="a copy of European data in the United States",
        rule="RSD-004",
        edit=both(
            add(
                "aws:s3/bucket:Bucket",
                "copies",
                {"bucket": "copies", "region": "us-east-1", "tags": TAGS},
                beside="features-bucket",
            ),
            add(
                "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
                "features-copy",
                {
                    "bucket": LATER,
                    "role": "arn:aws:iam::123456789012:role/copy",
                    "rules": [{"status": "Enabled", "destination": {"bucket": LATER}}],
                },
                beside="features-bucket",
                made_from={"bucket": "features-bucket", "rules": "copies"},
            ),
        ),
    ),
    Defect(
        name="features of data for the Netherlands, stored in Germany",
        rule="RSD-005",
        text=[("storageAllowed, value: [EU]", "storageAllowed, value: [NL]")],
    ),
    Defect(
        name="data that may not leave the data centre, read in a cloud",
        rule="RSD-006",
        text=[
            (
                "  - {property: origin, value: [DE, NL]}\n",
                "  - {property: origin, value: [DE, NL]}\n  - {property: onPremOnly, value: true}\n",
            )
        ],
        path=["dataset clicks"],
    ),
    # -- what the program registers -----------------------------------------------------------------------
    Defect(name="a public bucket", rule="SEC-001", edit=change("features-private", blockPublicPolicy=False)),
    Defect(
        name="confidential data without a key of one's own",
        rule="SEC-002",
        edit=drop("features-encryption"),
    ),
    Defect(name="a bucket that answers without TLS", rule="SEC-003", edit=drop("features-policy")),
    Defect(
        name="a key that never rotates", rule="SEC-004", edit=change("features-key", enableKeyRotation=False)
    ),
    Defect(name="a store that nobody logs", rule="SEC-005", edit=drop("features-logging")),
    Defect(
        name="a cluster whose API the world reaches",
        rule="SEC-006",
        edit=change(
            "aws-cluster-control-plane",
            vpcConfig={"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"], "subnetIds": ["a"]},
        ),
    ),
    Defect(
        name="secrets of a cluster without an envelope",
        rule="SEC-007",
        edit=change("aws-cluster-control-plane", encryptionConfig=None),
    ),
    Defect(
        name="a control plane without an audit log",
        rule="SEC-008",
        edit=change("aws-cluster-control-plane", enabledClusterLogTypes=["api"]),
    ),
    Defect(
        name="a privileged container",
        rule="SEC-009",
        edit=deployment(container={"securityContext": {"privileged": True}}),
    ),
    Defect(name="a pod on the network of its node", rule="SEC-010", edit=deployment(hostNetwork=True)),
    Defect(
        name="an image that can change behind one's back",
        rule="SEC-016",
        edit=deployment(container={"image": "registry.k8s.io/pause:3.10"}),
    ),
    Defect(
        name="an image by no name at all",
        rule="REL-012",
        edit=deployment(container={"image": "registry.k8s.io/pause:latest"}),
    ),
    Defect(
        name="a namespace that lets everything in",
        rule="SEC-018",
        edit=drop("aws-home-deny-all"),
    ),
    Defect(
        name="a role that may do everything",
        rule="SEC-021",
        edit=add(
            "aws:iam/rolePolicy:RolePolicy",
            "everything",
            {
                "role": "notebooks",
                "policy": policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
            },
            beside="features-bucket",
        ),
    ),
    Defect(
        name="a password in an environment variable",
        rule="SEC-022",
        edit=deployment(container={"env": [{"name": "DB_PASSWORD", "value": "kR7-wq9ZtLm3vXcB"}]}),
    ),
    Defect(
        name="a store without versions",
        rule="REL-001",
        edit=change("features-versions", versioningConfiguration={"status": "Suspended"}),
    ),
    Defect(name="a bucket that one run may delete", rule="REL-002", edit=unprotect("features-bucket")),
    Defect(
        name="a container without limits",
        rule="REL-006",
        edit=both(deployment(container={"resources": {}}), drop("aws-home-limits")),
    ),
    Defect(
        name="a version of Kubernetes that is out of support",
        rule="REL-009",
        edit=change("aws-cluster-control-plane", version="1.28"),
    ),
    Defect(
        name="infrastructure that nobody pays for",
        rule="CST-001",
        edit=both(
            change("features-bucket", tags={"platform": "acme-ml"}), change("aws-provider", defaultTags=None)
        ),
    ),
    Defect(
        name="a role that reads a store and that nobody declared",
        rule="PRV-009",
        edit=both(
            add(
                "aws:iam/role:Role",
                "notebooks",
                {
                    "name": "notebooks",
                    "assumeRolePolicy": policy(
                        {
                            "Effect": "Allow",
                            "Action": ["sts:AssumeRole", "sts:TagSession"],
                            "Principal": {"Service": "pods.eks.amazonaws.com"},
                        }
                    ),
                    "tags": TAGS,
                },
                beside="features-bucket",
            ),
            add(
                "aws:iam/rolePolicy:RolePolicy",
                "notebooks-read",
                {
                    "role": "notebooks",
                    "policy": policy(
                        {
                            "Effect": "Allow",
                            "Action": ["s3:GetObject", "s3:ListBucket"],
                            "Resource": ["arn:aws:s3:::*features*", "arn:aws:s3:::*features*/*"],
                        }
                    ),
                },
                beside="features-bucket",
            ),
        ),
    ),
)
