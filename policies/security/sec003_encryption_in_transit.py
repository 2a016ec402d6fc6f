"""SEC-003: nothing is served without TLS, and nothing below TLS 1.2."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    forbid,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO
from policies.engine.view import Plain
from policies.security.statements import refuses_plain_http, statements

_TABLE: Final = read(Path(__file__).parent / "tables" / "database_tls.toml")
_ENGINES: Final = cast("Mapping[str, Mapping[str, Any]]", _TABLE["engines"])
_GROUPS: Final = {
    "aws:rds/instance:Instance": ("parameterGroupName", "aws:rds/parameterGroup:ParameterGroup"),
    "aws:rds/cluster:Cluster": (
        "dbClusterParameterGroupName",
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    ),
}
_BUCKET: Final = "aws:s3/bucket:Bucket"
_BUCKET_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
_CERTIFICATE: Final = "alb.ingress.kubernetes.io/certificate-arn"


def _bucket(bucket: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    inline = any_of(refuses_plain_http(statement) for statement in statements(bucket["policy"]))
    attached = any_of(
        names & any_of(refuses_plain_http(statement) for statement in statements(policy["policy"]))
        for policy, names in stack.referring(bucket, {_BUCKET_POLICY: "bucket"})
    )
    yield require(inline | attached, "no policy of the bucket refuses requests without TLS")


def _account(account: Resource, _: Settings) -> Iterator[Claim]:
    https, oldest = account["enableHttpsTrafficOnly"], account["minimumTlsVersion"]
    yield require(https.is_true(), "the account answers plain HTTP")
    yield require(oldest.one_of(("TLS1_2", "TLS1_3")), f"the oldest TLS version it accepts is {oldest}")


def _redis(cache: Resource, _: Settings) -> Iterator[Claim]:
    oldest = cache["minimumTlsVersion"]
    yield forbid(cache["enableNonSslPort"].is_true(), "the cache answers without TLS on port 6379")
    yield require(oldest.one_of(("1.2", "1.3")), f"the oldest TLS version it accepts is {oldest}")


def _redis_enterprise(cluster: Resource, _: Settings) -> Iterator[Claim]:
    oldest = cluster["minimumTlsVersion"]
    yield require(oldest.one_of(("1.2", "1.3")), f"the oldest TLS version it accepts is {oldest}")


def _redis_database(database: Resource, _: Settings) -> Iterator[Claim]:
    protocol = database["clientProtocol"]
    yield require(protocol.equals("Encrypted"), f"clients connect without TLS: clientProtocol is {protocol}")


def _replication_group(group: Resource, _: Settings) -> Iterator[Claim]:
    enabled, mode = group["transitEncryptionEnabled"], group["transitEncryptionMode"]
    # Valkey is encrypted unless asked otherwise (pulumi-aws 7.51, ReplicationGroup.transitEncryptionEnabled).
    unless_asked = group["engine"].equals("valkey") & ~enabled.present()
    yield require(
        enabled.is_true() | unless_asked,
        f"clients connect without TLS: transitEncryptionEnabled is {enabled}",
    )
    yield require(
        mode.equals("required"), f"clients may connect without TLS: transitEncryptionMode is {mode}"
    )


def _database(database: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    """An RDS engine refuses plain connections by default, or by a parameter group of this stack."""
    reference, kind = _GROUPS[database.kind]
    name = database[reference]
    groups = [(group, stack.refers(name, group)) for group in stack.of(kind)]
    for engine, facts in _ENGINES.items():
        here = database["engine"].equals(engine)
        set_on = any_of(names & _sets(group, facts, tuple(facts["on"])) for group, names in groups)
        set_off = any_of(names & _sets(group, facts, None) for group, names in groups)
        elsewhere = name.given() & ~any_of(names for _, names in groups)
        enforced = set_on | (_on_by_default(database, facts) & ~set_off) | elsewhere.doubtful()
        yield require(
            here.implies(enforced),
            f"the database accepts connections without TLS: no parameter group of this stack sets "
            f"{facts['parameter']} to {facts['on'][0]} for it",
        )


def _sets(group: Resource, facts: Mapping[str, Any], values: tuple[Plain, ...] | None) -> Truth:
    """Return whether a parameter group sets the engine's parameter, to one of ``values`` or at all."""
    return group["parameters"].any(
        lambda parameter: (
            parameter["name"].equals(facts["parameter"])
            & (parameter["value"].present() if values is None else parameter["value"].one_of(values))
        )
    )


def _on_by_default(database: Resource, facts: Mapping[str, Any]) -> Truth:
    since = facts.get("on_from")
    if since is None:
        return NO
    version = database["engineVersion"]
    recent = version.satisfies(
        lambda text: (
            isinstance(text, str)
            and text.partition(".")[0].isdecimal()
            and int(text.partition(".")[0]) >= since
        )
    )
    # Without a version RDS picks one, and tells which after the update.
    return recent | (~version.present()).doubtful()


def _azure_parameter(configuration: Resource, _: Settings) -> Iterator[Claim]:
    name, value = configuration["configurationName"], configuration["value"]
    for parameter, facts in cast("Mapping[str, Mapping[str, Any]]", _TABLE["azure"]).items():
        good = value.one_of(cast("list[str]", facts["good"]))
        yield require(name.equals(parameter).implies(good), f"{parameter} is {value}")


def _ingress(ingress: Resource, _: Settings) -> Iterator[Claim]:
    annotations = ingress["metadata"]["annotations"]
    served = ingress["spec"]["tls"].filled() | annotations[_CERTIFICATE].given()
    yield require(served, "the ingress has no TLS section, so it is served in plain text")


def _route(route: Resource, _: Settings) -> Iterator[Claim]:
    tls = route["spec"]["tls"]
    yield require(tls.present(), "the route has no TLS section, so it is served in plain text")
    policy = tls["insecureEdgeTerminationPolicy"]
    yield forbid(policy.equals("Allow"), "the route answers plain HTTP beside TLS")


RULE = Rule(
    id="SEC-003",
    version=1,
    title="Data in transit is encrypted with TLS 1.2 or later",
    why="Between a store and a training job lies a network that others use too.",
    fix="Refuse plain connections (aws:SecureTransport, enableHttpsTrafficOnly, rds.force_ssl, TLS on "
    "ingresses) and set the oldest TLS version to 1.2.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        "azure-native:storage:StorageAccount": _account,
        "azure-native:redis:Redis": _redis,
        "azure-native:redisenterprise:RedisEnterprise": _redis_enterprise,
        "azure-native:redisenterprise:Database": _redis_database,
        "azure-native:dbforpostgresql:Configuration": _azure_parameter,
        "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
        "kubernetes:networking.k8s.io:Ingress": _ingress,
        "kubernetes:route.openshift.io:Route": _route,
    },
    joined={_BUCKET: _bucket, **dict.fromkeys(_GROUPS, _database)},
)
