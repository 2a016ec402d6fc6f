"""What several capabilities share at one provider."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import Output

from components.cloud import azure
from components.core import PlatformComponent, after
from tests.components.builds import ROWS, built
from tests.support.deploy import Graph, deploy

VAULT = "azure-native:keyvault:Vault"
WITH_A_VAULT = ("cluster/azure", "object_store/azure")


def vault_name(graph: Graph) -> str:
    return graph.one(VAULT).inputs["vaultName"]


@pytest.mark.parametrize("which", WITH_A_VAULT)
def test_a_vault_made_anew_has_a_new_name(which: str) -> None:
    """Its old name is taken while the deleted vault is kept; its group is new and named at random."""
    args: Any = ROWS[which].args
    anew = built(which, replace(args, resource_group="group9f2a"))
    assert vault_name(anew) != vault_name(built(which))


@pytest.mark.parametrize("which", WITH_A_VAULT)
def test_a_vault_that_is_updated_keeps_its_name(which: str) -> None:
    args: Any = ROWS[which].args
    tags = replace(args.spec.tags, owner="somebody-else")
    updated = built(which, replace(args, spec=replace(args.spec, tags=tags), workspace="another"))
    assert vault_name(updated) == vault_name(built(which))


def test_two_vaults_of_one_group_have_two_names() -> None:
    names = {azure.vault_name(owner, "subscription", "group") for owner in ("az-cluster", "az-cluster-vault")}
    assert len(names) == 2


@given(owner=st.from_regex(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True))
def test_every_vault_has_a_name_that_azure_takes(owner: str) -> None:
    """3 to 24 letters, digits and hyphens, a letter first, no hyphen last, and no two in a row."""
    found = azure.vault_name(owner, "subscription", "group")
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,22}[a-z0-9]", found)
    assert "--" not in found


@pytest.mark.parametrize(
    ("client", "kind"),
    [
        ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "User"),
        ("77777777-7777-7777-7777-777777777777", "ServicePrincipal"),
    ],
)
def test_people_sign_in_through_the_azure_cli_and_machines_as_themselves(client: str, kind: str) -> None:
    assert azure.deployer_type(client) == kind


def test_what_comes_after_something_keeps_its_value_and_stays_as_known() -> None:
    """In a preview nothing has an id yet, and a value that is known must stay known."""
    found: list[object] = []

    class Thing(PlatformComponent):
        TYPE = "trunkline:test:Thing"

    def program() -> None:
        first = Thing("first")
        value = after(Output.from_input("subnet-1"), first)
        value.apply(found.append)

    deploy(program, preview=True)
    assert found == ["subnet-1"]
