import pytest

from policies.cost.cst007_estimate_within_budget import RULE
from policies.engine import ConfigurationError, Resource
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

BUDGET = "aws:budgets/budget:Budget"
AZURE_BUDGET = "azure-native:consumption:Budget"
COST_BUDGET = "azure-native:costmanagement:Budget"
ROOT = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:aws"
GROUP = "aws:eks/nodeGroup:NodeGroup"
CLUSTER = "aws:eks/cluster:Cluster"
NAT = "aws:ec2/natGateway:NatGateway"
VOLUME = "aws:ebs/volume:Volume"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
DATABASE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
AKS = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
HERE = urn_of(PROVIDER, "us")

root = resource(ROOT, "trunkline-test", {})
us = resource(PROVIDER, "us", {"region": "us-east-1"})
eu = resource(PROVIDER, "eu", {"region": "eu-central-1"})


def aws(token: str, name: str, inputs: dict[str, object], provider: str = HERE) -> Resource:
    return resource(token, name, inputs, provider=provider)


def budget(limit: object = "1000", **more: object) -> Resource:
    inputs = {"budgetType": "COST", "limitAmount": limit, "limitUnit": "USD", "timeUnit": "MONTHLY", **more}
    return aws(BUDGET, "budget", inputs)


def group(most: object, size: object = "m7i.xlarge", fewest: int = 0, **more: object) -> Resource:
    scaling = {"minSize": fewest, "maxSize": most, "desiredSize": fewest}
    inputs = {"clusterName": "aws", "instanceTypes": [size], "scalingConfig": scaling, **more}
    return aws(GROUP, "general", inputs)


def azure_budget(token: str = AZURE_BUDGET, amount: object = 1000, **more: object) -> Resource:
    return resource(
        token,
        "budget",
        {
            "amount": amount,
            "category": "Cost",
            "scope": "/subscriptions/s",
            "timeGrain": "Monthly",
            "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
            **more,
        },
    )


def aks(tier: object = "Standard", count: object = 2, size: object = "Standard_D4s_v5") -> Resource:
    return resource(
        AKS,
        "az",
        {
            "resourceGroupName": "ml",
            "resourceName": "az",
            "location": "West Europe",
            "sku": {"name": "Base", "tier": tier},
            "agentPoolProfiles": [{"name": "system", "vmSize": size, "count": count}],
        },
    )


def pool(most: object, size: object = "Standard_NC24ads_A100_v4") -> Resource:
    return resource(
        POOL,
        "gpu",
        {
            "resourceGroupName": "ml",
            "resourceName": "az",
            "vmSize": size,
            "enableAutoScaling": True,
            "minCount": 0,
            "maxCount": most,
        },
    )


# An m7i.xlarge costs 0.2016 USD an hour in us-east-1, a cluster 0.10, a gateway 0.045; a month has 730 hours.
CASES = Cases(
    rule=RULE,
    good={
        "within the budget": [us, budget(), group(4), aws(CLUSTER, "aws", {"roleArn": "arn"})],
        "what is charged by use": [us, budget("1"), aws(BUCKET, "clicks", {"bucket": "clicks"})],
        "a budget of a quarter": [us, budget("1800", timeUnit="QUARTERLY"), group(4)],
        "a budget of hours": [us, budget("1", budgetType="USAGE"), group(4)],
        "a gateway endpoint": [us, budget("1"), aws(ENDPOINT, "s3", {"vpcEndpointType": "Gateway"})],
        "no budget": [us, group(4), root],
        "a budget of Azure": [azure_budget(), aks("Free")],
        "a budget of Azure for a year": [azure_budget(amount=12000, timeGrain="Annually"), aks("Free")],
    },
    bad={
        "one machine too many": (
            [us, budget("500"), group(4)],
            [
                "budget.limitAmount: the estimate is 589 USD a month, and the budget is '500' 'MONTHLY'",
            ],
        ),
        "a GPU machine": (
            [us, budget("20000"), group(1, "p5.48xlarge")],
            [
                "budget.limitAmount: the estimate is 40,179 USD a month, and the budget is '20000' 'MONTHLY'",
            ],
        ),
        "a region of its own": (
            [us, budget("500"), group(3, region="eu-central-1")],
            [
                "budget.limitAmount: the estimate is 529 USD a month, and the budget is '500' 'MONTHLY'",
            ],
        ),
        "many small things": (
            [
                us,
                budget("150"),
                aws(CLUSTER, "aws", {"roleArn": "arn"}),
                aws(NAT, "nat", {"subnetId": "s"}),
                aws(VOLUME, "disk", {"availabilityZone": "us-east-1a", "type": "gp3", "size": 500}),
                aws(ENDPOINT, "ecr", {"vpcEndpointType": "Interface", "subnetIds": ["a", "b"]}),
            ],
            [
                "budget.limitAmount: the estimate is 160 USD a month, and the budget is '150' 'MONTHLY'",
            ],
        ),
        "too much, even without what has no price": (
            [us, budget("500"), group(4), aws(DATABASE, "mlflow", {"instanceClass": "db.m6g.large"})],
            [
                (
                    "budget.limitAmount: the estimate is at least 589 USD a month, and the budget is '500' "
                    "'MONTHLY'; without a price: mlflow"
                ),
            ],
        ),
        "a pool of Azure": (
            [azure_budget(), aks("Free", 0), pool(1)],
            [
                "budget.amount: the estimate is 3,486 USD a month, and the budget is 1000 'Monthly'",
            ],
        ),
        "a budget of the other kind": (
            [azure_budget(COST_BUDGET, 300), aks("Free")],
            [
                "budget.amount: the estimate is 336 USD a month, and the budget is 300 'Monthly'",
            ],
        ),
    },
    unknown={
        "something has no price": (
            [us, budget(), group(4), aws(DATABASE, "mlflow", {"instanceClass": "db.m6g.large"})],
            ["budget."],
        ),
        "a type has no price": ([us, budget(), group(4, "x9.huge")], ["budget.general.instanceTypes[0]"]),
        "a region has no price": (
            [us, budget(), group(1, "p5.48xlarge", region="eu-central-1")],
            ["budget.general.instanceTypes[0]"],
        ),
        "machines that may be taken away": (
            [us, budget("500"), group(4, capacityType="SPOT")],
            ["budget.general.capacityType"],
        ),
        "a size from elsewhere": ([us, budget(), group(LATER)], ["budget.general.scalingConfig.maxSize"]),
        "a budget from elsewhere": ([us, budget(LATER), group(4)], ["budget.limitAmount"]),
        "a budget for a part": (
            [us, budget("500", costFilters=[{"name": "Region", "values": ["us-east-1"]}]), group(4)],
            ["budget.costFilters"],
        ),
        "a budget of another account perhaps": (
            [
                us,
                eu,
                budget("500"),
                resource(
                    GROUP,
                    "general",
                    {
                        "clusterName": "eu",
                        "instanceTypes": ["m7i.xlarge"],
                        "scalingConfig": {"minSize": 0, "maxSize": 4, "desiredSize": 0},
                    },
                    provider=urn_of(PROVIDER, "eu"),
                ),
            ],
            ["budget.general.scalingConfig.maxSize"],
        ),
        "a budget of a group": (
            [azure_budget(amount=300, scope="/subscriptions/s/resourceGroups/ml"), aks("Free")],
            ["budget.scope"],
        ),
    },
    waived={"a month of training": [us, budget("500"), group(4)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_stack_has_a_budget_of_its_own() -> None:
    stack = [root, us, group(4), aks("Free")]
    assert told(findings(RULE, stack, by=settings(RULE, monthlyBudget=1000))) == []
    assert told(findings(RULE, stack, by=settings(RULE, monthlyBudget=900))) == [
        "trunkline-test: the estimate is 924 USD a month, and monthlyBudget is 900"
    ]


def test_pools_may_be_counted_at_their_smallest() -> None:
    stack = [us, budget("500"), group(4, fewest=1)]
    assert told(findings(RULE, stack, by=settings(RULE, pools="smallest"))) == []


def test_what_has_no_price_is_named() -> None:
    nameless = [aws(DATABASE, f"db{number}", {"instanceClass": "db.m6g.large"}) for number in range(7)]
    (finding,) = findings(RULE, [us, budget(), *nameless])
    assert finding.message.endswith(
        "the estimate is at least 0 USD a month, and the budget is '1000' 'MONTHLY'; without a price: db0, "
        "db1, "
        "db2, db3, db4 and 2 more"
    )


def test_a_size_of_pools_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"CST-007\.pools is .middle.; it can be largest or"):
        settings(RULE, pools="middle")
