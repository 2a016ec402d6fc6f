"""What Azure lets whom do: roles, scopes, keys of accounts, and lists of vaults."""

from collections.abc import Mapping
from typing import Any

import pytest

from policies.engine import Inventory, Resource
from policies.linkage import access
from policies.linkage.access import tables
from tests.policies.cases import LATER, resource, urn_of
from tests.policies.linkage.stacks import (
    ACCOUNT,
    ASSIGNMENT,
    CONTAINER,
    CONTRIBUTOR,
    CREDENTIAL,
    MANAGED,
    READER,
    SUBSCRIPTION,
    account,
    account_id,
    assigned,
    dataset,
    kept,
    managed,
    service_account,
)

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTROL_PLANE_READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"

lake = account("lake")
STORED = [lake, dataset("scores", lake), managed("app", "principal-1")]
APP = "managed identity app"
VAULT = "azure-native:keyvault:Vault"

Told = Mapping[str, Mapping[str, bool | None]]


def told(*stack: Resource) -> Told:
    found: dict[str, dict[str, bool | None]] = {}
    for grant in access.of(Inventory(stack)).grants:
        for action in grant.actions:
            known = found.setdefault(str(grant.identity), {})
            known[action.value] = known.get(action.value) or grant.holds.state
    return found


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (READER, {APP: {"read": True}}),
        (CONTRIBUTOR, {APP: {"read": True, "write": True}}),
        (CONTROL_PLANE_READER, {}),
        (OWNER, {APP: {"read": True, "write": True}}),
        (SECRETS_USER, {}),
        ("00000000-0000-0000-0000-000000000000", {APP: {"read": None, "write": None, "decrypt": None}}),
    ],
)
def test_what_a_role_lets_do_with_blobs(role: str, expected: Told) -> None:
    found = told(*STORED, assigned("a", "principal-1", role, account_id("lake")))
    assert {
        key: {name: state for name, state in value.items() if name != "decrypt"}
        for key, value in found.items()
    } == {
        key: {name: state for name, state in value.items() if name != "decrypt"}
        for key, value in expected.items()
    }


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (account_id("lake"), True),
        (account_id("lake").upper(), True),
        (f"{account_id('lake')}/blobServices/default/containers/raw", True),
        (account_id("lake2"), None),
        (f"{SUBSCRIPTION}/resourceGroups/data", True),
        (f"{SUBSCRIPTION}/resourceGroups/database", None),
        (SUBSCRIPTION, True),
        ("/subscriptions/99999999-2222-3333-4444-555555555555", None),
        ("/", True),
    ],
)
def test_what_a_scope_covers(scope: str, expected: bool | None) -> None:  # noqa: FBT001 - the expected answer
    found = told(*STORED, assigned("a", "principal-1", READER, scope))
    assert found == ({APP: {"read": True}} if expected else {})


def test_a_management_group_may_hold_the_subscription() -> None:
    scope = "/providers/Microsoft.Management/managementGroups/house"
    assert told(*STORED, assigned("a", "principal-1", READER, scope)) == {APP: {"read": None}}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (account_id("lake"), {APP: {"read": True}}),
        (account_id("pond"), {}),
        (f"{SUBSCRIPTION}/resourceGroups/data", {APP: {"read": True}}),
        (f"{SUBSCRIPTION}/resourceGroups/other", {}),
        (SUBSCRIPTION, {APP: {"read": None}}),
    ],
)
def test_before_a_store_has_an_id_its_names_tell(scope: str, expected: Told) -> None:
    new = resource(ACCOUNT, "lake", {"accountName": "lake", "resourceGroupName": "data", "kind": "StorageV2"})
    stack = [new, dataset("scores", new), managed("app", "principal-1")]
    assert told(*stack, assigned("a", "principal-1", READER, scope)) == expected


def made_from(*scope: str) -> Resource:
    body = {"principalId": LATER, "scope": LATER, "roleDefinitionId": f"/x/roleDefinitions/{READER}"}
    return resource(
        ASSIGNMENT, "a", body, made_from={"scope": scope, "principalId": [urn_of(MANAGED, "app")]}
    )


def container(name: str) -> Resource:
    return resource(
        CONTAINER, name, {"accountName": "lake", "resourceGroupName": "data", "containerName": name}
    )


def test_before_anything_has_a_name_the_origin_of_a_scope_tells() -> None:
    one, two = container("one"), container("two")
    here = [lake, one, two, managed("app", "principal-1")]
    of_one = [*here, dataset("scores", one)]
    assert told(*of_one, made_from(lake.urn, one.urn)) == {APP: {"read": True}}
    assert told(*of_one, made_from(lake.urn)) == {APP: {"read": True}}
    assert told(*of_one, made_from(lake.urn, two.urn)) == {}
    assert told(*of_one, made_from(two.urn)) == {}
    assert told(*of_one, made_from()) == {APP: {"read": None}}
    of_all = [*here, dataset("scores", lake)]
    assert told(*of_all, made_from(lake.urn, two.urn)) == {APP: {"read": True}}
    group = resource("azure-native:resources:ResourceGroup", "data", {"resourceGroupName": "data"})
    assert told(*of_one, group, made_from(group.urn)) == {APP: {"read": True}}


@pytest.mark.parametrize(("takes", "expected"), [(None, True), (True, True), (False, False), (LATER, None)])
def test_who_lists_the_keys_reads_unless_the_account_takes_none(takes: Any, expected: bool | None) -> None:  # noqa: FBT001
    # "Storage Account Key Operator Service Role"
    keys = "81a9662b-bebf-436f-a333-f67b29880f12"
    here = account("lake", **({} if takes is None else {"allowSharedKeyAccess": takes}))
    grants = told(
        here,
        dataset("scores", here),
        managed("app", "principal-1"),
        assigned("a", "principal-1", keys, account_id("lake")),
    )
    assert grants == ({} if expected is False else {APP: {"read": expected, "write": expected}})


def test_a_container_is_opened_by_the_keys_of_its_account() -> None:
    keys = "81a9662b-bebf-436f-a333-f67b29880f12"
    stack = [lake, container("one"), dataset("scores", container("one")), managed("app", "principal-1")]
    assert told(*stack, assigned("a", "principal-1", keys, account_id("lake"))) == {
        APP: {"read": True, "write": True}
    }


def test_what_a_role_takes_out_again() -> None:
    definition = resource(
        "azure-native:authorization:RoleDefinition",
        "own",
        {
            "scope": SUBSCRIPTION,
            "permissions": [
                {
                    "dataActions": ["Microsoft.Storage/storageAccounts/*"],
                    "notDataActions": ["Microsoft.Storage/*/read", "*/delete", "*/write"],
                }
            ],
        },
        outputs={"id": "/roles/own"},
    )
    stack = [*STORED, definition]
    body = {"principalId": "principal-1", "scope": account_id("lake"), "roleDefinitionId": "/roles/own"}
    assert told(*stack, resource(ASSIGNMENT, "a", body)) == {}


def test_secrets_of_a_vault_by_role_or_by_its_own_list() -> None:
    def vault(*policies: Mapping[str, Any], by_role: bool) -> Resource:
        body = {"tenantId": "t", "sku": {"family": "A", "name": "standard"}, "accessPolicies": list(policies)}
        return resource(
            VAULT,
            "keys",
            {
                "vaultName": "keys",
                "resourceGroupName": "data",
                "properties": {**body, "enableRbacAuthorization": by_role},
            },
        )

    reads = {
        "tenantId": "t",
        "objectId": "principal-1",
        "permissions": {"secrets": ["Get"], "keys": ["unwrapKey"]},
    }
    identity = managed("app", "principal-1")
    listed = vault(reads, by_role=False)
    assert told(listed, dataset("scores", listed), identity) == {APP: {"read": True, "decrypt": True}}
    ignored = vault(reads, by_role=True)
    assert told(ignored, dataset("scores", ignored), identity) == {}
    scope = f"{SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.KeyVault/vaults/keys"
    grant = assigned("a", "principal-1", SECRETS_USER, scope)
    assert told(ignored, dataset("scores", ignored), identity, grant) == {APP: {"read": True}}
    beside = resource(
        "azure-native:keyvault:AccessPolicy",
        "b",
        {"vaultName": "keys", "resourceGroupName": "data", "policy": reads},
    )
    other = resource(VAULT, "other", {**(listed.inputs or {}), "vaultName": "other"})
    plain = vault(by_role=False)
    assert told(plain, dataset("scores", plain), identity, other) == {}
    assert told(plain, dataset("scores", plain), identity, beside) == {APP: {"read": True, "decrypt": True}}


def test_models_in_a_registry_are_pulled() -> None:
    registry = resource(
        "azure-native:containerregistry:Registry", "acr", {"registryName": "acr", "resourceGroupName": "data"}
    )
    scope = f"{SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.ContainerRegistry/registries/acr"
    stack = [
        registry,
        dataset("models", places=[kept(registry, "registeredIn")]),
        managed("app", "principal-1"),
    ]
    assert told(*stack, assigned("a", "principal-1", PULL, scope)) == {APP: {"read": True}}
    assert told(*stack, assigned("a", "principal-1", READER, scope)) == {}


def acting(*stack: Resource) -> list[tuple[str, str, bool | None]]:
    return [(str(act.actor), str(act.identity), act.holds.state) for act in access.of(Inventory(stack)).acts]


def test_who_acts_as_a_managed_identity() -> None:
    identity = managed("app", "principal-1")
    trusted = resource(
        CREDENTIAL,
        "c",
        {
            "resourceName": "app",
            "resourceGroupName": "data",
            "issuer": "https://oidc",
            "audiences": [],
            "subject": "system:serviceaccount:ml:app",
        },
    )
    account_of = service_account("app")
    assert acting(identity, trusted, account_of) == [("service account ml/app", APP, True)]
    assert acting(identity, trusted) == [("service account ml/app", APP, True)]
    tied = service_account("other", **{"azure.workload.identity/client-id": "client-of-app"})
    # The identity trusts somebody else by a credential of this stack.
    assert acting(identity, trusted, tied) == [("service account ml/app", APP, True)]
    assert acting(identity, tied) == [("service account ml/other", APP, None)]


def test_what_runs_as_a_managed_identity() -> None:
    identity = resource(
        MANAGED,
        "app",
        {"resourceName": "app", "resourceGroupName": "data"},
        outputs={"id": "/ids/app", "principalId": "p"},
    )
    given = {"type": "UserAssigned", "userAssignedIdentities": ["/ids/app"]}
    app = resource("azure-native:app:ContainerApp", "web", {"resourceGroupName": "data", "identity": given})
    assert acting(identity, app) == [("resource ContainerApp web", APP, True)]
    reported = resource(
        "azure-native:app:ContainerApp",
        "web",
        {"resourceGroupName": "data"},
        outputs={"identity": {"userAssignedIdentities": {"/ids/app": {"principalId": "p"}}}},
        settled=True,
    )
    assert acting(identity, reported) == [("resource ContainerApp web", APP, True)]


def test_every_role_is_in_one_of_the_two_lists() -> None:
    roles, harmless = tables.azure_roles()
    assert not roles.keys() & harmless
    assert roles[READER]["name"] == "Storage Blob Data Reader"
    assert "4d97b98b-1d4f-4787-a291-c67834d212e7" in harmless  # Network Contributor
    assert len(roles) + len(harmless) > 900
