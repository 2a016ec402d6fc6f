"""Where resources of a site go, and where its logs are kept."""

import json
from dataclasses import replace
from typing import Any

import grpc
import pytest
from pulumi.runtime.mocks import MockCallArgs

from components.core import ComponentError, load
from components.site import AwsSite, AwsSiteArgs, AzureSite, site
from stacks.spec import tables
from tests.components.builds import ROWS, built
from tests.support.clouds import ACCOUNT, CALLS, DEPLOYER, STATES
from tests.support.deploy import Cloud, deploy

AWS: AwsSiteArgs = ROWS["site/aws"].args


def test_an_aws_site_reaches_one_region_of_one_account() -> None:
    provider = built("site/aws").one("pulumi:providers:aws").inputs
    assert provider["region"] == "eu-central-1"
    assert json.loads(provider["allowedAccountIds"]) == [ACCOUNT]
    assert json.loads(provider["defaultTags"])["tags"]["owner"] == "ml"


def test_an_azure_site_reaches_one_subscription() -> None:
    provider = built("site/azure").one("pulumi:providers:azure-native").inputs
    assert provider["location"] == "westeurope"
    assert provider["subscriptionId"] == "11111111-1111-1111-1111-111111111111"


@pytest.mark.parametrize("which", ["site/aws", "site/azure"])
def test_a_site_asks_its_own_provider(which: str) -> None:
    graph = built(which)
    (provider,) = graph.providers()
    assert graph.invokes
    assert {found.rpartition("::")[0] for _, found in graph.invokes} == {provider.urn}
    assert {r.provider.rpartition("::")[0] for r in graph.leaves()} == {provider.urn}


def test_an_aws_site_knows_the_role_behind_the_session_that_deploys() -> None:
    found: list[AwsSite] = []
    deploy(lambda: found.append(site("unit", AWS)), calls=CALLS, states=STATES)
    assert [made.deployer for made in found] == [DEPLOYER]


def test_an_azure_site_knows_who_deploys() -> None:
    found: list[object] = []

    def program() -> None:
        made: AzureSite = site("unit", ROWS["site/azure"].args)
        made.deployer.apply(found.append)
        made.deployer_type.apply(found.append)

    deploy(program, calls=CALLS, states=STATES)
    assert set(found) == {"33333333-3333-3333-3333-333333333333", "ServicePrincipal"}


class NoCredentials(grpc.RpcError):
    """How the engine tells a program that a provider refused a call."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return "No valid credential sources found"


def test_an_identity_that_aws_does_not_tell_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Cloud, __: MockCallArgs) -> Any:
        raise NoCredentials

    monkeypatch.setattr(Cloud, "call", refuse)
    with pytest.raises(
        ComponentError, match=r"site unit: AWS does not say who .*No valid credential.*; sign in to AWS"
    ):
        deploy(lambda: site("unit", AWS), calls=CALLS, states=STATES)


def test_log_groups_of_the_region_and_nobody_else_use_the_key() -> None:
    key = built("site/aws").one("aws:kms/key:Key").inputs
    assert key["enableKeyRotation"] is True
    policy: Any = json.loads(key["policy"])
    logs = policy["Statement"][1]
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:*"}
    }


def test_the_azure_workspace_keeps_logs_for_a_year_and_knows_no_key() -> None:
    workspace = built("site/azure").one("azure-native:operationalinsights:Workspace").inputs
    assert workspace["retentionInDays"] == 365
    assert workspace["features"]["disableLocalAuth"] is True


@pytest.mark.parametrize(
    ("which", "country"), [("site/aws", "DE"), ("site/azure", "NL"), ("site/onprem", "DE")]
)
def test_a_site_says_which_country_it_is_in(which: str, country: str) -> None:
    assert built(which).published()["country"] == country


def test_the_country_of_every_public_region_is_known() -> None:
    known = load("components.site", "regions")
    aws = {name for name, region in tables.aws_regions().items() if "iso" not in region.partition}
    azure = {name for name, place in tables.azure_locations().items() if place.cloud == "AzureCloud"}
    assert aws - set(known["aws"]) == set()
    assert azure - set(known["azure"]) == set()


def test_a_location_of_another_azure_cloud_is_refused_in_a_sentence() -> None:
    args = replace(ROWS["site/azure"].args, location="usgovvirginia")
    with pytest.raises(ComponentError, match="usgovvirginia belongs to a cloud of its own"):
        built("site/azure", args)


def test_an_onprem_site_is_declared_and_not_built() -> None:
    assert built("site/onprem").table() == []
