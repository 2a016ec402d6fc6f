"""SEC-023: an endpoint asks who is there, speaks TLS, and is public only if the class of its data allows it.

TLS of Ingress and Route is judged by SEC-003. An endpoint of SageMaker needs no check: it answers nothing but
signed requests over TLS.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, cast

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
    View,
    any_of,
    forbid,
    require,
)
from policies.engine.truth import NO, YES
from policies.security import exposure
from policies.shapes import namespaces

_ASKS: Final = cast("Mapping[str, list[str]]", exposure.TABLE["authenticates"])
_LETS_THROUGH: Final = cast("Mapping[str, list[str]]", exposure.TABLE["lets_through"])
_POLICY: Final = exposure.TABLE["gateway_policy"]
_LOCAL: Final = cast("Mapping[str, str]", exposure.TABLE["cluster_local"])
_TLS: Final = exposure.TABLE["tls"]
_OPEN: Final = "the endpoint answers whoever asks: {}"
_VOUCH: Final = (
    "no annotation of its load balancer asks who is there; where the service behind it does, say how in the "
    "annotation {}"
)


def _asks(resource: Resource, settings: Settings) -> Truth:
    """Return whether annotations or labels of an object say that callers have to say who they are."""
    metadata = resource["metadata"]
    annotations = metadata["annotations"]
    asked = any_of(
        metadata[part][key].one_of(values) if values else metadata[part][key].filled()
        for part in ("annotations", "labels")
        for key, values in _ASKS.items()
    )
    through = any_of(annotations[key].one_of(values) for key, values in _LETS_THROUGH.items())
    return (asked & ~through) | annotations[settings.text("authenticationAnnotation")].filled()


def _must_ask(resource: Resource, settings: Settings, otherwise: Truth = NO) -> Claim:
    key = settings.text("authenticationAnnotation")
    place = resource["metadata"]["annotations"][key]
    return require(_asks(resource, settings) | otherwise, _OPEN.format(_VOUCH.format(key)), at=place)


def _balanced(resource: Resource, settings: Settings) -> Iterator[Claim]:
    """Ingresses and routes; SEC-003 judges their TLS."""
    yield _must_ask(resource, settings)


def _ingress_is_public(ingress: Resource, settings: Settings) -> Truth:
    annotations, spec = ingress["metadata"]["annotations"], ingress["spec"]
    kinds = (spec["ingressClassName"], annotations["kubernetes.io/ingress.class"])
    hosts = [rule["host"] for rule in spec["rules"].each()]
    return ~exposure.internal(annotations, kinds, hosts, settings)


def _route_is_public(route: Resource, settings: Settings) -> Truth:
    return ~exposure.internal(route["metadata"]["annotations"], (), [route["spec"]["host"]], settings)


def _service(service: Resource, settings: Settings) -> Iterator[Claim]:
    balanced = service["spec"]["type"].equals("LoadBalancer")
    if balanced.state is False:
        return
    yield _must_ask(service, settings, ~balanced)
    annotations = service["metadata"]["annotations"]
    certificate = any_of(annotations[key].given() for key in cast("list[str]", _TLS["certificates"]))
    for port in service["spec"]["ports"].each():
        secure = port["port"].one_of(_TLS["ports"]) | any_of(
            port[field].one_of(_TLS["names"]) for field in ("name", "appProtocol")
        )
        yield require(
            balanced.implies(secure | certificate),
            f"nothing says that port {port['port']} of the load balancer speaks TLS",
            at=port["port"],
        )


def _service_is_public(service: Resource, settings: Settings) -> Truth:
    return service["spec"]["type"].equals("LoadBalancer") & ~exposure.service_is_internal(service, settings)


def _gateway(gateway: Resource, _: Settings) -> Iterator[Claim]:
    for listener in gateway["spec"]["listeners"].each():
        protocol = listener["protocol"]
        yield require(
            protocol.one_of(("HTTPS", "TLS")),
            f"listener {listener['name']} of the gateway speaks {protocol}, not TLS",
            at=protocol,
        )


def _gateway_is_public(gateway: Resource, settings: Settings) -> Truth:
    spec = gateway["spec"]
    hosts = [listener["hostname"] for listener in spec["listeners"].each()]
    annotations = spec["infrastructure"]["annotations"]
    return ~exposure.internal(annotations, [spec["gatewayClassName"]], hosts, settings)


def _gateway_route(route: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    """A SecurityPolicy of Envoy Gateway asks for the route, or for a gateway that it hangs on."""
    names = [route["metadata"]["name"], *(parent["name"] for parent in route["spec"]["parentRefs"].each())]
    asked = any_of(
        namespaces.same(route, policy, stack) & _targets(policy, names) & _asks_for_something(policy)
        for policy in stack.of(f"kubernetes:{_POLICY['kind']}")
        if policy.provider == route.provider
    )
    yield _must_ask(route, settings, asked)


def _targets(policy: Resource, names: Sequence[View]) -> Truth:
    targets = [*policy["spec"]["targetRefs"].each(), policy["spec"]["targetRef"]]
    return any_of(
        target["name"].relates(name, lambda one, other: one == other) for target in targets for name in names
    )


def _asks_for_something(policy: Resource) -> Truth:
    return any_of(policy["spec"][field].present() for field in cast("list[str]", _POLICY["asks"]))


def _inference(service: Resource, settings: Settings) -> Iterator[Claim]:
    labels = service["metadata"]["labels"]
    local = any_of(labels[key].equals(value) for key, value in _LOCAL.items())
    yield _must_ask(service, settings, local)


def _api(api: Resource, _: Settings) -> Iterator[Claim]:
    yield forbid(
        api["target"].given(), _OPEN.format("the target of the API makes a route without authorization")
    )


def _always_public(_: Resource, __: Settings) -> Truth:
    """HTTP and WebSocket APIs have no private address."""
    return YES


def _api_route(route: Resource, _: Settings) -> Iterator[Claim]:
    kind = route["authorizationType"]
    yield require(
        kind.one_of(("JWT", "AWS_IAM", "CUSTOM")), _OPEN.format(f"authorizationType is {kind}"), at=kind
    )


def _rest_api_is_public(api: Resource, _: Settings) -> Truth:
    return ~api["endpointConfiguration"]["types"].equals("PRIVATE")


def _method(method: Resource, _: Settings) -> Iterator[Claim]:
    kind = method["authorization"]
    # Browsers send no credentials with the question whether they may ask (CORS).
    yield require(
        kind.one_of(("AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM")) | method["httpMethod"].equals("OPTIONS"),
        _OPEN.format(f"authorization is {kind}"),
        at=kind,
    )


def _domain(domain: Resource, _: Settings) -> Iterator[Claim]:
    configuration = domain["domainNameConfiguration"]
    policy = (
        domain["securityPolicy"]
        if domain.kind.startswith("aws:apigateway/")
        else configuration["securityPolicy"]
    )
    yield forbid(
        policy.equals("TLS_1_0"), f"the domain accepts old versions of TLS: securityPolicy is {policy}"
    )


def _function(function: Resource, _: Settings) -> Iterator[Claim]:
    kind = function["authorizationType"]
    yield require(kind.equals("AWS_IAM"), _OPEN.format(f"authorizationType is {kind}"), at=kind)


def _azure_ml_is_public(endpoint: Resource, _: Settings) -> Truth:
    """Azure ML always asks for a key or token, over TLS."""
    return ~endpoint["properties"]["publicNetworkAccess"].equals("Disabled")


_PUBLIC: Final[Mapping[str, Callable[[Resource, Settings], Truth]]] = {
    "aws:apigateway/restApi:RestApi": _rest_api_is_public,
    "aws:apigatewayv2/api:Api": _always_public,
    "azure-native:machinelearningservices:OnlineEndpoint": _azure_ml_is_public,
    "kubernetes:core:Service": _service_is_public,
    "kubernetes:gateway.networking.k8s.io:Gateway": _gateway_is_public,
    "kubernetes:networking.k8s.io:Ingress": _ingress_is_public,
    "kubernetes:route.openshift.io:Route": _route_is_public,
}


def _classified(endpoint: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    public = _PUBLIC[endpoint.kind](endpoint, settings)
    yield from exposure.public_only_if_allowed(endpoint, stack, public, settings)


RULE = Rule(
    id="SEC-023",
    version=1,
    title="Endpoints authenticate, speak TLS, and are public only if their data may be",
    why="A model answers with what it learned; whoever may ask it without a name may ask for all of it.",
    fix="Put authentication in front of the endpoint (OIDC, JWT, IAM), serve TLS, and make it internal, "
    "or classify its data as public.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        "aws:apigateway/domainName:DomainName": _domain,
        "aws:apigateway/method:Method": _method,
        "aws:apigatewayv2/api:Api": _api,
        "aws:apigatewayv2/domainName:DomainName": _domain,
        "aws:apigatewayv2/route:Route": _api_route,
        "aws:lambda/functionUrl:FunctionUrl": _function,
        "kubernetes:core:Service": _service,
        "kubernetes:gateway.networking.k8s.io:Gateway": _gateway,
        "kubernetes:networking.k8s.io:Ingress": _balanced,
        "kubernetes:route.openshift.io:Route": _balanced,
        "kubernetes:serving.kserve.io:InferenceService": _inference,
        "kubernetes:serving.kserve.io:LLMInferenceService": _inference,
    },
    joined={
        **dict.fromkeys(_PUBLIC, _classified),
        "kubernetes:gateway.networking.k8s.io:GRPCRoute": _gateway_route,
        "kubernetes:gateway.networking.k8s.io:HTTPRoute": _gateway_route,
    },
    parameters={
        **exposure.PARAMETERS,
        "authenticationAnnotation": Parameter(
            about=(
                "The annotation in which a team says how the service behind an endpoint authenticates "
                "callers."
            ),
            schema={"type": "string"},
            default="trunkline.dev/authentication",
        ),
    },
)
