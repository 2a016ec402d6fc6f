"""SEC-003: nothing is served without TLS, and nothing below TLS 1.2."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import takewhile
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
    View,
    any_of,
    forbid,
    require,
)
from policies.engine.truth import NO
from policies.engine.view import Plain
from policies.security import databases
from policies.security.databases import Engine
from policies.security.statements import refuses_plain_http, statements

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
    """An RDS engine refuses plain connections by default, or by a group of this stack."""
    engine = databases.engine_of(database)
    if engine is None:
        yield require(
            databases.unlisted(database),
            f"nothing here says how the engine {database['engine']} refuses connections without TLS",
        )
        return
    sets = partial(_sets_parameter if engine.parameter else _sets_option, engine)
    groups = databases.parameters(database, stack) if engine.parameter else databases.options(database, stack)
    on, off = groups.some(partial(sets, values=engine.on)), groups.some(partial(sets, values=None))
    enforced = on | groups.elsewhere.doubtful() | (_on_by_default(database, engine) & ~off)
    yield require(
        enforced,
        f"the database accepts connections without TLS: no {'parameter' if engine.parameter else 'option'} "
        f"group of this stack sets {engine.parameter or engine.setting} to {engine.on[0]} for it",
        at=database["engine"],
    )


def _sets_parameter(engine: Engine, group: Resource, values: tuple[Plain, ...] | None) -> Truth:
    """Return whether a parameter group sets the engine's parameter, to one of ``values`` or at all."""
    return group["parameters"].any(lambda one: _sets(one, engine.parameter, values))


def _sets_option(engine: Engine, group: Resource, values: tuple[Plain, ...] | None) -> Truth:
    """Return whether an option group sets the engine's option, to one of ``values`` or at all."""
    return group["options"].any(
        lambda option: (
            option["optionName"].equals(engine.option)
            & option["optionSettings"].any(lambda one: _sets(one, engine.setting, values))
        )
    )


def _sets(entry: View, name: str | None, values: tuple[Plain, ...] | None) -> Truth:
    value = entry["value"]
    return entry["name"].equals(name) & (value.present() if values is None else value.one_of(values))


def _on_by_default(database: Resource, engine: Engine) -> Truth:
    since = engine.on_from
    if since is None:
        return NO
    version = database["engineVersion"]
    recent = version.satisfies(lambda text: _version(text) >= since)
    # Without a version RDS picks one, and tells which after the update; so it does with the minor version
    # that a major one leaves open.
    open_minor = version.satisfies(lambda text: len(_version(text)) == 1 and _version(text) == since[:1])
    return recent | (~version.present() | open_minor).doubtful()


def _version(text: Plain) -> tuple[int, ...]:
    """Return the leading numbers of a version: (8, 4) of ``8.4.3`` and of ``8.4.mysql_aurora.3``."""
    parts = str(text).split(".")[:2]
    return tuple(int(part) for part in takewhile(str.isdecimal, parts))


def _azure_parameter(configuration: Resource, _: Settings) -> Iterator[Claim]:
    name, value = configuration["configurationName"], configuration["value"]
    for parameter, facts in cast("Mapping[str, Mapping[str, Any]]", databases.TABLE["azure"]).items():
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
    version=2,
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
    joined={_BUCKET: _bucket, databases.INSTANCE: _database, databases.CLUSTER: _database},
)
