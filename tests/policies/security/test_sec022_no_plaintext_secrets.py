import base64
from typing import Any

import pytest

from policies.engine import Resource
from policies.security import credentials
from policies.security.sec022_no_plaintext_secrets import RULE
from tests.policies.cases import LATER, Cases, findings, resource, secret
from tests.policies.security.workloads import container, deployment, pod

CONFIG = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"
# Put together here, so that no scanner takes this file for a leak.
AWS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
GITHUB = "ghp_" + "0123456789abcdefABCDEF0123456789abcd"
RANDOM = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
PEM = "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE\n"


def config(**data: object) -> Resource:
    return resource(CONFIG, "settings", {"metadata": {"name": "settings"}, "data": data})


def env(name: str, value: object) -> dict[str, Any]:
    return container(env=[{"name": name, "value": value}])


def bucket(**inputs: Any) -> Resource:
    return resource("aws:s3/bucket:Bucket", "docs", inputs)


ENV = "job.spec.containers[0].env[0].value"
PLAIN = "{} stands here in plain text"

CASES = Cases(
    rule=RULE,
    good={
        "settings": [
            config(
                mode="prod",
                ttl="3600",
                url="postgres://db.ml.svc:5432/registry",
                file="password: ${DB_PASSWORD}\ntoken_file: /run/secrets/token\n",
            )
        ],
        "a reference to a secret": [
            pod(
                container(
                    env=[
                        {
                            "name": "DB_PASSWORD",
                            "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}},
                        }
                    ]
                )
            )
        ],
        "where the secret is": [
            pod(
                container(
                    env=[
                        {"name": "DB_PASSWORD_FILE", "value": "/run/secrets/password"},
                        {"name": "API_TOKEN", "value": "$(TOKEN_FROM_ELSEWHERE)"},
                        {"name": "DB_SECRET", "value": "arn:aws:secretsmanager:eu-central-1:1:secret:db"},
                    ]
                )
            )
        ],
        "the name of an object that holds one": [
            resource(
                "kubernetes:helm.sh/v3:Release",
                "mlflow",
                {"values": {"auth": {"existingSecret": "mlflow-db"}}},
            )
        ],
        "a secret of the cluster": [
            resource(
                SECRET, "db", {"metadata": {"name": "db"}, "stringData": secret({"password": "hunter2"})}
            )
        ],
        "a secret input": [
            resource(
                "aws:rds/instance:Instance",
                "db",
                {"instanceClass": "db.m6g.large", "password": secret("hunter2")},
            )
        ],
        "names that nobody knows yet": [bucket(bucket=LATER, tags={"Name": "docs"})],
        "a long name": [config(model="Llama-3.1-8B-Instruct-Q4_K_M-2026-11-01-eu-central-1-prod")],
    },
    bad={
        "a password in a variable": (
            [pod(env("DB_PASSWORD", "hunter2"))],
            [f"{ENV}: the value of 'DB_PASSWORD' stands here in plain text"],
        ),
        "a secret that is open in a variable": (
            [pod(env("DB_PASSWORD", secret("hunter2")))],
            [f"{ENV}: a secret is readable here by whoever may read the object"],
        ),
        "a token in an argument": (
            [pod(container(args=["--port=80", f"--token={GITHUB}"]))],
            [f"job.spec.containers[0].args[1]: {PLAIN.format('a GitHub token')}"],
        ),
        "a password in an argument": (
            [pod(container(args=["--db-password=hunter2"]))],
            [f"job.spec.containers[0].args[0]: {PLAIN.format('a setting with a password or key')}"],
        ),
        "a variable of a deployment": (
            [deployment({"containers": [env("STORE", f"s3://{AWS_KEY}:x@minio")]})],
            [(f"web.spec.template.spec.containers[0].env[0].value: {PLAIN.format('an AWS access key')}")],
        ),
        "a password in a file of settings": (
            [config(**{"app.yaml": "host: db\npassword: hunter2\n"})],
            [f"settings.data.app.yaml: {PLAIN.format('a setting with a password or key')}"],
        ),
        "an address with a password": (
            [config(url="postgres://mlflow:hunter2@db/mlflow")],
            [f"settings.data.url: {PLAIN.format('an address with a password')}"],
        ),
        "a key that only looks like one": (
            [config(anything=RANDOM)],
            [f"settings.data.anything: {PLAIN.format('what looks like a key or token')}"],
        ),
        "a private key": ([config(tls=PEM)], [f"settings.data.tls: {PLAIN.format('a private key')}"]),
        "a machine that is handed a key": (
            [
                resource(
                    "aws:ec2/launchTemplate:LaunchTemplate",
                    "nodes",
                    {"userData": base64.b64encode(f"export X={AWS_KEY}\n".encode()).decode()},
                )
            ],
            [f"nodes.userData: {PLAIN.format('an AWS access key')}"],
        ),
        "a variable of a managed model": (
            [
                resource(
                    "aws:sagemaker/model:Model",
                    "rank",
                    {
                        "executionRoleArn": "arn:x",
                        "primaryContainer": {"environment": {"HF_TOKEN": "abcdef"}},
                    },
                )
            ],
            ["rank.primaryContainer.environment.HF_TOKEN: the value of HF_TOKEN stands here in plain text"],
        ),
        "a variable of a container in Azure": (
            [
                resource(
                    "azure-native:machinelearningservices:OnlineDeployment",
                    "blue",
                    {
                        "resourceGroupName": "ml",
                        "workspaceName": "w",
                        "endpointName": "rank",
                        "properties": {
                            "endpointComputeType": "Managed",
                            "environmentVariables": {"API_KEY": "abcdef"},
                        },
                    },
                )
            ],
            ["blue.properties.environmentVariables.API_KEY: the value of API_KEY stands here in plain text"],
        ),
        "a tag": ([bucket(tags={"note": GITHUB})], [f"docs.tags.note: {PLAIN.format('a GitHub token')}"]),
        "a value of a chart": (
            [
                resource(
                    "kubernetes:helm.sh/v3:Release", "mlflow", {"values": {"db": {"password": "hunter2"}}}
                )
            ],
            ["mlflow.values.db.password: the value of password stands here in plain text"],
        ),
        "a secret that the state shows": (
            [resource(SECRET, "db", {"metadata": {"name": "db"}, "stringData": {"password": "hunter2"}})],
            [
                (
                    "db.stringData.password: the value of password is not marked as a secret, so the "
                    "state shows it"
                )
            ],
        ),
    },
    unknown={
        "a variable from elsewhere": ([pod(env("URL", LATER))], [ENV]),
        "a setting from elsewhere": (
            [resource("kubernetes:helm.sh/v3:Release", "mlflow", {"values": {"db": LATER}})],
            ["mlflow.values.db"],
        ),
        "data of a secret from elsewhere": (
            [resource(SECRET, "db", {"stringData": {"password": LATER}})],
            ["db.stringData.password"],
        ),
    },
    waived={"a key of a test": [config(note=AWS_KEY)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


@pytest.mark.parametrize("value", [AWS_KEY, GITHUB, RANDOM, "postgres://u:hunter2@db/x", "hunter2"])
def test_no_finding_shows_the_value(value: str) -> None:
    found = findings(RULE, [pod(env("DB_PASSWORD", value)), config(password=value)])
    assert len(found) == 2
    assert not any("hunter2" in f"{one}" or value in f"{one}" for one in found)


@pytest.mark.parametrize(
    ("name", "everywhere", "of_a_value"),
    [
        ("DB_PASSWORD", True, True),
        ("dbPassword", True, True),
        ("clientSecret", True, True),
        ("AWS_SECRET_ACCESS_KEY", True, True),
        ("tlsSecret", False, True),
        ("HF_TOKEN", False, True),
        ("secretName", False, False),
        ("publicKey", False, False),
        ("passwordPolicy", False, False),
    ],
)
def test_which_names_tell_of_a_secret(name: str, everywhere: bool, of_a_value: bool) -> None:  # noqa: FBT001
    assert credentials.named(name, of_value=False) is everywhere
    assert credentials.named(name, of_value=True) is of_a_value


@pytest.mark.parametrize(
    "text",
    [
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
        "/opt/ml/processing/Input1/TrainingData2026",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    assert credentials.inside(text) is None
    assert not credentials.looks_random(text)
