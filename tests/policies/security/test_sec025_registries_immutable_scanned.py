from typing import Any

from policies.engine import Resource
from policies.security.sec025_registries_immutable_scanned import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

PROJECT = "harbor:index/project:Project"
RULES = "harbor:index/immutableTagRule:ImmutableTagRule"


def repository(**inputs: Any) -> Resource:
    return resource("aws:ecr/repository:Repository", "train", {"name": "train", **inputs})


def scanning(name: str, frequency: object = "SCAN_ON_PUSH") -> Resource:
    filters = [{"filter": name, "filterType": "WILDCARD"}]
    return resource(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        "scan",
        {"scanType": "BASIC", "rules": [{"scanFrequency": frequency, "repositoryFilters": filters}]},
    )


def acr(**inputs: Any) -> Resource:
    return resource(
        "azure-native:containerregistry:Registry",
        "images",
        {"resourceGroupName": "ml", "sku": {"name": "Premium"}, **inputs},
    )


def defender(tier: str) -> Resource:
    return resource(
        "azure-native:security:Pricing",
        "defender",
        {"scopeId": "subscriptions/0", "pricingName": "Containers", "pricingTier": tier},
    )


def project(**inputs: Any) -> Resource:
    return resource(PROJECT, "ml", {"name": "ml", **inputs})


def locks(**inputs: Any) -> Resource:
    return resource(
        RULES,
        "locks",
        {"projectId": LATER, "repoMatching": "**", "tagMatching": "**", **inputs},
        made_from={"projectId": [urn_of(PROJECT, "ml")]},
    )


def harbor(**values: Any) -> Resource:
    return resource("kubernetes:helm.sh/v3:Release", "registry", {"chart": "harbor", "values": values})


FIXED = {"imageTagMutability": "IMMUTABLE"}
PUSH = {"imageScanningConfiguration": {"scanOnPush": True}}
MOVES = "a tag of the project can be moved to another image: no ImmutableTagRule covers all its tags"
UNSCANNED = (
    "images are not scanned when they arrive: scanOnPush is not set, and no scanning of the registry "
    "covers every repository"
)
NO_DEFENDER = (
    "images.policies.quarantinePolicy.status: nothing here scans the images of the registry: no "
    "Defender plan for containers is part of this stack, and quarantinePolicy does not hold images back; set "
    "defenderChecked once someone has checked the subscription"
)

CASES = Cases(
    rule=RULE,
    good={
        "a repository": [repository(**FIXED, **PUSH)],
        "a registry that scans all": [repository(**FIXED), scanning("*", "CONTINUOUS_SCAN")],
        "a registry with Defender": [acr(), defender("Standard")],
        "a registry with a quarantine": [acr(policies={"quarantinePolicy": {"status": "enabled"}})],
        "a project of Harbor": [project(), locks()],
        "a proxy of another registry": [project(registryId=3)],
        "Harbor with its scanner": [harbor(expose={})],
        "another chart": [
            resource("kubernetes:helm.sh/v3:Release", "x", {"chart": "mlflow", "values": LATER})
        ],
    },
    bad={
        "a repository that says nothing": (
            [repository()],
            [
                f"train.imageScanningConfiguration.scanOnPush: {UNSCANNED}",
                (
                    "train.imageTagMutability: a tag of the repository can be moved to another image: "
                    "imageTagMutability is 'MUTABLE' (the provider's default)"
                ),
            ],
        ),
        "a registry that scans others": (
            [repository(**FIXED), scanning("prod-*")],
            [f"train.imageScanningConfiguration.scanOnPush: {UNSCANNED}"],
        ),
        "a registry that scans when asked": (
            [repository(**FIXED), scanning("*", "MANUAL")],
            [f"train.imageScanningConfiguration.scanOnPush: {UNSCANNED}"],
        ),
        "a registry without Defender": ([acr()], [NO_DEFENDER]),
        "a registry with the free plan": ([acr(), defender("Free")], [NO_DEFENDER]),
        "a project that may change": ([project()], [f"ml.registryId: {MOVES}"]),
        "a project with a rule that is off": ([project(), locks(disabled=True)], [f"ml.registryId: {MOVES}"]),
        "a project with a rule for some tags": (
            [project(), locks(tagMatching="v*")],
            [f"ml.registryId: {MOVES}"],
        ),
        "a project without scans": (
            [project(vulnerabilityScanning=False), locks()],
            [
                (
                    "ml.vulnerabilityScanning: images are not scanned when they arrive: "
                    "vulnerabilityScanning is false"
                )
            ],
        ),
        "Harbor without its scanner": (
            [harbor(trivy={"enabled": False})],
            ["registry.values.trivy.enabled: Harbor is installed without a scanner: trivy.enabled is false"],
        ),
    },
    unknown={
        "a flag from elsewhere": (
            [repository(**FIXED, imageScanningConfiguration=LATER)],
            ["train.imageScanningConfiguration.scanOnPush"],
        ),
        "a rule of some project": (
            [
                project(),
                resource(RULES, "locks", {"projectId": LATER, "repoMatching": "**", "tagMatching": "**"}),
            ],
            ["ml.locks.projectId"],
        ),
    },
    waived={"a cache of builds": [repository(**PUSH)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_vouches_for_its_subscriptions() -> None:
    assert told(findings(RULE, [acr()], by=settings(RULE, defenderChecked=True))) == []
