"""What the clouds answer to the components' questions, for tests on the recording engine."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

ACCOUNT = "123456789012"
CALLER = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/somebody"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/deployer"
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
TENANT = "22222222-2222-2222-2222-222222222222"

_AKS_KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [
        {"name": "az", "cluster": {"server": "https://az.invalid", "certificate-authority-data": "Q0E="}}
    ],
    "contexts": [{"name": "az", "context": {"cluster": "az", "user": "az"}}],
    "current-context": "az",
    "users": [{"name": "az", "user": {"exec": {"command": "kubelogin", "args": ["--login", "devicecode"]}}}],
}

CALLS: Mapping[str, Mapping[str, Any]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT, "arn": CALLER},
    "aws:iam/getSessionContext:getSessionContext": {"arn": CALLER, "issuerArn": DEPLOYER},
    "aws:index/getPartition:getPartition": {"partition": "aws"},
    "aws:index/getAvailabilityZones:getAvailabilityZones": {
        "names": ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"]
    },
    "azure-native:authorization:getClientConfig": {
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "objectId": "33333333-3333-3333-3333-333333333333",
        "clientId": "44444444-4444-4444-4444-444444444444",
    },
    "azure-native:containerservice:listManagedClusterUserCredentials": {
        "kubeconfigs": [{"name": "exec", "value": b64encode(json.dumps(_AKS_KUBECONFIG).encode()).decode()}]
    },
}

STATES: Mapping[str, Mapping[str, Any]] = {
    "aws:s3/bucket:Bucket": {"arn": "arn:aws:s3:::bucket", "bucket": "bucket"},
    "aws:kms/key:Key": {"arn": "arn:aws:kms:eu-central-1:123456789012:key/k"},
    "aws:iam/role:Role": {"arn": "arn:aws:iam::123456789012:role/r", "name": "r"},
    "aws:cloudwatch/logGroup:LogGroup": {"arn": "arn:aws:logs:eu-central-1:123456789012:log-group:g"},
    "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
    "aws:eks/cluster:Cluster": {
        "arn": "arn:aws:eks:eu-central-1:123456789012:cluster/c",
        "endpoint": "https://eks.invalid",
        "certificateAuthority": {"data": "Q0E="},
        "identities": [{"oidcs": [{"issuer": "https://oidc.invalid/eks"}]}],
    },
    "azure-native:containerservice:ManagedCluster": {
        "name": "az-cluster",
        "privateFqdn": "az.privatelink.invalid",
        "oidcIssuerProfile": {"enabled": True, "issuerURL": "https://oidc.invalid/aks"},
    },
    "azure-native:resources:ResourceGroup": {"name": "group"},
    "azure-native:network:VirtualNetwork": {"name": "vnet"},
    "azure-native:network:PrivateEndpoint": {"name": "endpoint"},
    "azure-native:privatedns:PrivateZone": {"name": "zone"},
    "azure-native:storage:StorageAccount": {"name": "account"},
    "azure-native:storage:BlobContainer": {"name": "objects"},
    "azure-native:keyvault:Vault": {
        "name": "vault",
        "properties": {
            "vaultUri": "https://vault.invalid",
            "sku": {"family": "A", "name": "standard"},
            "tenantId": "t",
        },
    },
    "azure-native:keyvault:Key": {
        "name": "key",
        "keyUriWithVersion": "https://vault.invalid/keys/key/1",
    },
    "azure-native:managedidentity:UserAssignedIdentity": {"principalId": "p", "clientId": "c"},
}
