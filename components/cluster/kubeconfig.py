"""Kubeconfigs that hold no credential: whoever uses one has to be signed in to the cloud."""

import json
from base64 import b64decode
from typing import Any

import yaml
from pulumi import Input, Output

_EXEC = "client.authentication.k8s.io/v1beta1"
"""https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins"""


def with_aws_cli(
    name: Input[str], *, endpoint: Input[str], authority: Input[str | None], region: str
) -> Output[str]:
    """A kubeconfig for an EKS cluster: the AWS CLI makes a token each time."""
    token = ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"]
    return Output.json_dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [
                {"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}}
            ],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "users": [
                {"name": name, "user": {"exec": {"apiVersion": _EXEC, "command": "aws", "args": token}}}
            ],
        }
    )


def with_azure_cli(encoded: str, server_application: str) -> str:
    """AKS's own kubeconfig, which waits for a person with a browser, signing in as the Azure CLI instead."""
    kubeconfig: dict[str, Any] = yaml.safe_load(b64decode(encoded))
    for user in kubeconfig.get("users", []):
        user["user"] = {
            "exec": {
                "apiVersion": _EXEC,
                "command": "kubelogin",
                "args": ["get-token", "--login", "azurecli", "--server-id", server_application],
                "interactiveMode": "Never",
            }
        }
    return json.dumps(kubeconfig, sort_keys=True)
