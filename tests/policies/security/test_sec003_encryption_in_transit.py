import json
from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from policies.security.sec003_encryption_in_transit import RULE
from tests.policies.cases import LATER, Cases, policy, resource, urn_of

BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
INSTANCE = "aws:rds/instance:Instance"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
ROUTE = "kubernetes:route.openshift.io/v1:Route"
DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": ["s3:*"],
    "Resource": ["arn:aws:s3:::docs", "arn:aws:s3:::docs/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
docs = resource(BUCKET, "docs", {"bucket": "docs"})
ACCOUNT = {"resourceGroupName": "data", "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}}


def with_policy(*statements: Mapping[str, Any]) -> list[Resource]:
    return [docs, resource(POLICY, "docs-policy", {"bucket": "docs", "policy": policy(*statements)})]


def database(**inputs: object) -> Resource:
    return resource(INSTANCE, "db", {"instanceClass": "db.m6g.large", **inputs})


def parameters(value: str) -> Resource:
    return resource(
        PARAMETERS,
        "tls",
        {
            "name": "tls",
            "family": "mysql8.4",
            "parameters": [{"name": "require_secure_transport", "value": value}],
        },
    )


def options(setting: str) -> Resource:
    """An option group of Oracle; encryption is REQUIRED, REQUESTED, ACCEPTED or REJECTED."""
    option = {
        "optionName": "NATIVE_NETWORK_ENCRYPTION",
        "optionSettings": [{"name": "SQLNET.ENCRYPTION_SERVER", "value": setting}],
    }
    return resource(
        "aws:rds/optionGroup:OptionGroup",
        "nne",
        {"name": "nne", "engineName": "oracle-ee", "majorEngineVersion": "19", "options": [option]},
    )


def force_ssl(value: str) -> Resource:
    return resource(
        PARAMETERS,
        "tls",
        {
            "name": "tls",
            "family": "sqlserver-ee-16.0",
            "parameters": [{"name": "rds.force_ssl", "value": value}],
        },
    )


PLAIN = "db.engine: the database accepts connections without TLS: no {} group of this stack sets {} for it"


def account(**inputs: object) -> Resource:
    return resource("azure-native:storage:StorageAccount", "lake", {**ACCOUNT, **inputs})


NO_TLS = "docs: no policy of the bucket refuses requests without TLS"


def at(path: str) -> str:
    """The same, said of the place in the statement that falls short."""
    return NO_TLS.replace("docs:", f"docs.docs-policy.policy.Statement[0].{path}:", 1)


CASES = Cases(
    rule=RULE,
    good={
        "a bucket whose policy refuses plain HTTP": with_policy(DENY),
        "a policy as an object": [
            docs,
            resource(POLICY, "docs-policy", {"bucket": "docs", "policy": {"Statement": [DENY]}}),
        ],
        "a policy with a single statement": [
            docs,
            resource(POLICY, "docs-policy", {"bucket": "docs", "policy": json.dumps({"Statement": DENY})}),
        ],
        "an account": [account(minimumTlsVersion="TLS1_2")],
        "a cache": [
            resource(
                "azure-native:redis:Redis", "cache", {"resourceGroupName": "d", "minimumTlsVersion": "1.2"}
            )
        ],
        "Redis Enterprise by default": [
            resource(
                "azure-native:redisenterprise:RedisEnterprise",
                "online",
                {
                    "resourceGroupName": "data",
                    "publicNetworkAccess": "Disabled",
                    "sku": {"name": "Balanced_B5"},
                },
            ),
            resource(
                "azure-native:redisenterprise:Database",
                "online-db",
                {"resourceGroupName": "data", "clusterName": "online"},
            ),
        ],
        "a Redis group": [resource(GROUP, "online", {"description": "f", "transitEncryptionEnabled": True})],
        "a recent PostgreSQL": [database(engine="postgres", engineVersion="17.4")],
        "a MySQL and a MariaDB that refuse plain connections by default": [
            database(engine="mysql", engineVersion="9.7.1"),
            resource(
                INSTANCE,
                "other",
                {"instanceClass": "db.m6g.large", "engine": "mariadb", "engineVersion": "11.8"},
            ),
        ],
        "a PostgreSQL with the provider's own group": [
            database(engine="postgres", engineVersion="16.3", parameterGroupName="default.postgres16")
        ],
        "SQL Server with its parameter": [
            database(engine="sqlserver-se", parameterGroupName="tls"),
            force_ssl("1"),
        ],
        "Oracle that requires encryption": [
            database(engine="oracle-ee", optionGroupName="nne"),
            options("REQUIRED"),
        ],
        "MySQL with its parameter": [database(engine="mysql", parameterGroupName="tls"), parameters("1")],
        "MySQL with its parameter, before it has a name": [
            resource(
                INSTANCE,
                "db",
                {"instanceClass": "db.m6g.large", "engine": "mysql", "parameterGroupName": LATER},
                made_from={"parameterGroupName": [urn_of(PARAMETERS, "tls")]},
            ),
            parameters("1"),
        ],
        "a parameter that has nothing to do with TLS": [
            resource(
                "azure-native:dbforpostgresql:Configuration",
                "log",
                {
                    "resourceGroupName": "data",
                    "serverName": "meta",
                    "configurationName": "log_connections",
                    "value": "off",
                },
            )
        ],
        "an ingress with TLS": [
            resource(
                INGRESS, "rank", {"spec": {"tls": [{"hosts": ["rank.acme.example"], "secretName": "rank"}]}}
            )
        ],
        "an ingress with a certificate of its balancer": [
            resource(
                INGRESS,
                "rank",
                {
                    "metadata": {
                        "annotations": {"alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:..."}
                    }
                },
            )
        ],
        "a route": [resource(ROUTE, "rank", {"spec": {"tls": {"termination": "reencrypt"}}})],
    },
    bad={
        "a refusal for a part of the bucket": (
            with_policy({**DENY, "Resource": "arn:aws:s3:::docs/tmp/*"}),
            [at("Resource[0]")],
        ),
        "a refusal for the objects alone": (
            with_policy({**DENY, "Resource": "arn:aws:s3:::docs/*"}),
            [at("Resource[0]")],
        ),
        "a refusal for some callers": (
            with_policy(
                {**DENY, "Condition": {**DENY["Condition"], "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
            ),
            [NO_TLS],
        ),
        "a refusal for everyone but one": (
            with_policy(
                {k: v for k, v in DENY.items() if k != "Principal"}
                | {"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}}
            ),
            [at("Principal")],
        ),
        "a bucket without a policy": ([docs], [NO_TLS]),
        "a policy that refuses reads only": (
            with_policy({**DENY, "Action": "s3:GetObject"}),
            [
                (
                    "docs.docs-policy.policy.Statement[0].Action[0]: no policy of the bucket refuses "
                    "requests without TLS"
                )
            ],
        ),
        "an account that says nothing": (
            [account()],
            [
                (
                    "lake.minimumTlsVersion: the oldest TLS version it accepts is 'TLS1_0' (the "
                    "provider's default)"
                )
            ],
        ),
        "an account with plain HTTP": (
            [account(minimumTlsVersion="TLS1_2", enableHttpsTrafficOnly=False)],
            ["lake.enableHttpsTrafficOnly: the account answers plain HTTP"],
        ),
        "an old cache": (
            [
                resource(
                    "azure-native:redis:Redis",
                    "cache",
                    {"resourceGroupName": "d", "enableNonSslPort": True, "minimumTlsVersion": "1.1"},
                )
            ],
            [
                "cache.enableNonSslPort: the cache answers without TLS on port 6379",
                "cache.minimumTlsVersion: the oldest TLS version it accepts is '1.1'",
            ],
        ),
        "a database without TLS": (
            [
                resource(
                    "azure-native:redisenterprise:Database",
                    "online-db",
                    {"resourceGroupName": "data", "clusterName": "online", "clientProtocol": "Plaintext"},
                )
            ],
            ["online-db.clientProtocol: clients connect without TLS: clientProtocol is 'Plaintext'"],
        ),
        "a Redis group that says nothing": (
            [resource(GROUP, "online", {"description": "features"})],
            [
                (
                    "online.transitEncryptionEnabled: clients connect without TLS: "
                    "transitEncryptionEnabled is not set"
                )
            ],
        ),
        "a Valkey group that turns it off": (
            [
                resource(
                    GROUP,
                    "online",
                    {"description": "f", "engine": "valkey", "transitEncryptionEnabled": False},
                )
            ],
            [
                (
                    "online.transitEncryptionEnabled: clients connect without TLS: "
                    "transitEncryptionEnabled is false"
                )
            ],
        ),
        "a Redis group on the way to TLS": (
            [
                resource(
                    GROUP,
                    "online",
                    {
                        "description": "features",
                        "transitEncryptionEnabled": True,
                        "transitEncryptionMode": "preferred",
                    },
                )
            ],
            [
                (
                    "online.transitEncryptionMode: clients may connect without TLS: transitEncryptionMode is "
                    "'preferred'"
                )
            ],
        ),
        "an old PostgreSQL": (
            [database(engine="postgres", engineVersion="13.20")],
            [
                (
                    "db.engine: the database accepts connections without TLS: no parameter group of this "
                    "stack sets "
                    "rds.force_ssl to 1 for it"
                ),
            ],
        ),
        "MySQL with its parameter off": (
            [database(engine="mysql", parameterGroupName="tls"), parameters("0")],
            [
                (
                    "db.engine: the database accepts connections without TLS: no parameter group of this "
                    "stack sets "
                    "require_secure_transport to 1 for it"
                ),
            ],
        ),
        "a MariaDB of the version before": (
            [database(engine="mariadb", engineVersion="11.4.5")],
            [PLAIN.format("parameter", "require_secure_transport to 1")],
        ),
        "SQL Server by default": (
            [database(engine="sqlserver-ee", engineVersion="16.00")],
            [PLAIN.format("parameter", "rds.force_ssl to 1")],
        ),
        "SQL Server with its parameter off": (
            [database(engine="sqlserver-ee", parameterGroupName="tls"), force_ssl("0")],
            [PLAIN.format("parameter", "rds.force_ssl to 1")],
        ),
        "Oracle that encrypts for who asks": (
            [database(engine="oracle-se2", optionGroupName="nne"), options("REQUESTED")],
            [PLAIN.format("option", "SQLNET.ENCRYPTION_SERVER to REQUIRED")],
        ),
        "Db2 with a plain port": (
            [database(engine="db2-se")],
            [PLAIN.format("parameter", "DB2COMM to SSL")],
        ),
        "Azure PostgreSQL turned down": (
            [
                resource(
                    "azure-native:dbforpostgresql:Configuration",
                    "plain",
                    {
                        "resourceGroupName": "data",
                        "serverName": "meta",
                        "configurationName": "require_secure_transport",
                        "value": "off",
                    },
                )
            ],
            ["plain.configurationName: require_secure_transport is 'off'"],
        ),
        "a plain ingress": (
            [resource(INGRESS, "rank", {"spec": {"defaultBackend": {"service": {"name": "rank"}}}})],
            ["rank.spec.tls: the ingress has no TLS section, so it is served in plain text"],
        ),
        "a route beside TLS": (
            [
                resource(
                    ROUTE,
                    "rank",
                    {"spec": {"tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Allow"}}},
                )
            ],
            ["rank.spec.tls.insecureEdgeTerminationPolicy: the route answers plain HTTP beside TLS"],
        ),
        "a plain route": (
            [resource(ROUTE, "rank", {"spec": {"host": "rank.acme.example"}})],
            ["rank.spec.tls: the route has no TLS section, so it is served in plain text"],
        ),
    },
    unknown={
        "a policy with a name in it": (
            [
                resource(BUCKET, "docs", {}),
                resource(
                    POLICY,
                    "docs-policy",
                    {"bucket": LATER, "policy": LATER},
                    made_from={"bucket": [urn_of(BUCKET, "docs")]},
                ),
            ],
            ["docs.docs-policy.policy.Statement[*].Effect"],
        ),
        "a version from elsewhere": ([account(minimumTlsVersion=LATER)], ["lake.minimumTlsVersion"]),
        "a parameter group from elsewhere": (
            [database(engine="mysql", parameterGroupName="company-wide")],
            ["db.parameterGroupName"],
        ),
        "a MariaDB of whatever minor version": (
            [database(engine="mariadb", engineVersion="11")],
            ["db.engineVersion"],
        ),
        "an engine that nobody listed": ([database(engine="custom-oracle-ee")], ["db.engine"]),
        "an engine from elsewhere": ([database(engine=LATER)], ["db.engine"]),
        "a PostgreSQL of whatever version": ([database(engine="postgres")], ["db.engineVersion"]),
    },
    waived={
        "a bucket for an old client": [docs],
        "an old cache": [
            resource(
                "azure-native:redis:Redis", "cache", {"resourceGroupName": "d", "minimumTlsVersion": "1.0"}
            )
        ],
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
