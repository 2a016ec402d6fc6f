"""SEC-026: the internet reaches no store, and no port but those that are meant for it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    forbid,
    require,
)
from policies.security import databases, exposure, openings

_STORES: Final = cast("list[dict[str, Any]]", openings.TABLE["stores"])
_FIREWALLS: Final = cast("Mapping[str, list[str]]", openings.TABLE["firewalls"])
_GUARDED: Final = cast("Mapping[str, str]", openings.TABLE["guarded"])
_SERVICES: Final = cast("Mapping[str, list[Any]]", openings.TABLE["services"])
_GROUP_OF: Final = "azure-native:network:NetworkSecurityGroup"
_RULE_OF: Final = "azure-native:network:SecurityRule"


def _store(store: Resource, _: Settings) -> Iterator[Claim]:
    for entry in _STORES:
        if entry["kind"] != store.kind:
            continue
        value = store.properties.at(*entry["path"].split("."))
        closed = value.one_of(entry["good"])
        if entry["unset"]:
            closed |= ~value.present()
        if "or" in entry:
            closed |= store.properties.at(*entry["or"].split(".")).given()
        if "denies" in entry:
            closed |= store.properties.at(*entry["denies"].split(".")).equals("Deny")
        yield require(closed, f"the internet reaches it: {value.path} is {value}", at=value)


def _cluster(cluster: Resource, _: Settings) -> Iterator[Claim]:
    """A Multi-AZ cluster outside a subnet group of its own is public unless told otherwise; Aurora is not."""
    public = cluster["publiclyAccessible"]
    own = cluster["dbSubnetGroupName"]
    by_default = (
        ~public.present()
        & cluster["engine"].one_of(("mysql", "postgres"))
        & (~own.given() | own.equals("default"))
    )
    yield forbid(
        public.is_true() | by_default, f"the internet reaches it: publiclyAccessible is {public}", at=public
    )


def _guarded(store: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    """The port that a store opens is not for the internet, even where that port is for others."""
    for name in store.properties.follow(_GUARDED[store.kind]):
        opened = any_of(
            named & openings.opened_to_world(group, stack)
            for group, named in stack.meant(name, openings.GROUP)
        )
        yield forbid(opened, "a security group of the store lets the whole internet in", at=name)


def _group(group: Resource, settings: Settings) -> Iterator[Claim]:
    allowed = _ports(settings)
    for rule, world in openings.aws(group):
        yield forbid(
            world & ~openings.aws_ports(rule, allowed),
            f"a rule lets the whole internet in, to more than {_listed(allowed)}",
            at=rule,
        )


def _azure_group(group: Resource, settings: Settings) -> Iterator[Claim]:
    allowed = _ports(settings)
    rules = group["securityRules"].each() if group.kind == _GROUP_OF else iter((group.properties,))
    for rule in rules:
        yield forbid(
            openings.azure(rule) & ~openings.azure_ports(rule, allowed),
            f"a rule lets the whole internet in, to more than {_listed(allowed)}",
            at=rule,
        )


def _firewall(rule: Resource, _: Settings) -> Iterator[Claim]:
    first, last = (rule[key] for key in _FIREWALLS[rule.kind])
    yield forbid(
        first.relates(last, openings.is_wide),
        f"the firewall lets everyone in from {first} to {last}",
        at=first,
    )


def _service(service: Resource, settings: Settings) -> Iterator[Claim]:
    spec = service["spec"]
    balanced = spec["type"].equals("LoadBalancer")
    if balanced.state is False:
        return
    ranges = spec["loadBalancerSourceRanges"]
    narrowed = ranges.filled() & ~ranges.any(lambda one: one.satisfies(openings.is_world))
    public = balanced & ~exposure.service_is_internal(service, settings) & ~narrowed
    yield forbid(
        public & _is_store(service),
        "the internet reaches a store or registry of the platform: the load balancer is neither internal nor "
        "narrowed by loadBalancerSourceRanges",
        at=spec["type"],
    )


def _is_store(service: Resource) -> Truth:
    spec = service["spec"]
    named = any_of(
        labels[key].one_of(_SERVICES["names"])
        for labels in (spec["selector"], service["metadata"]["labels"])
        for key in _SERVICES["labels"]
    )
    return named | spec["ports"].any(
        lambda port: port["port"].one_of(_SERVICES["ports"]) | port["targetPort"].one_of(_SERVICES["ports"])
    )


def _ports(settings: Settings) -> list[int]:
    return [int(port) for port in settings.values["worldPorts"]]


def _listed(ports: list[int]) -> str:
    return f"port {', '.join(map(str, ports))}" if ports else "none"


RULE = Rule(
    id="SEC-026",
    version=1,
    title="The internet reaches no store and no port of the data plane",
    why="Open databases are found within hours, by people who look for nothing else.",
    fix="Turn public access off (publiclyAccessible false, publicNetworkAccess Disabled), use private "
    "endpoints, and name the networks that rules and load balancers let in.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        **{entry["kind"]: _store for entry in _STORES},
        **dict.fromkeys(_FIREWALLS, _firewall),
        **dict.fromkeys(
            (openings.GROUP, openings.DEFAULT_GROUP, openings.INGRESS_RULE, openings.OLD_RULE), _group
        ),
        **dict.fromkeys((_GROUP_OF, _RULE_OF), _azure_group),
        databases.CLUSTER: _cluster,
        "kubernetes:core:Service": _service,
    },
    joined=dict.fromkeys(_GUARDED, _guarded),
    parameters={
        "worldPorts": Parameter(
            about="Ports that rules of a network may open to the whole internet, never for a store.",
            schema={"type": "array", "items": {"type": "integer"}},
            default=[443],
        ),
        **{name: exposure.PARAMETERS[name] for name in ("internalClasses", "internalDomains")},
    },
)
