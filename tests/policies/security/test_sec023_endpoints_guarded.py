from typing import Any

from policies.engine import Resource
from policies.security.sec023_endpoints_guarded import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
ROUTE = "kubernetes:route.openshift.io/v1:Route"
SERVICE = "kubernetes:core/v1:Service"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
HTTP_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
POLICY = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
INFERENCE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
OIDC = {"alb.ingress.kubernetes.io/auth-type": "oidc"}
FACING = {"alb.ingress.kubernetes.io/scheme": "internet-facing"}
VOUCHED = {"trunkline.dev/authentication": "OAuth proxy beside the server"}
OPEN = (
    "the endpoint answers whoever asks: no annotation of its load balancer asks who is there; where "
    "the service behind it does, say how in the annotation trunkline.dev/authentication"
)
PUBLIC = (
    "the endpoint is open to the internet, which the class of its data ({}) does not allow; allowed for: "
    "public"
)
LEVEL = "metadata.labels.trunkline.dev/confidentiality"


def thing(token: str, spec: Any, annotations: Any = None, level: object = None) -> Resource:
    metadata: dict[str, Any] = {"name": "rank", "namespace": "ml"}
    if annotations is not None:
        metadata["annotations"] = annotations
    if level is not None:
        metadata["labels"] = {"trunkline.dev/confidentiality": level}
    return resource(token, "rank", {"metadata": metadata, "spec": spec})


def alb(annotations: Any, level: object = None) -> Resource:
    return thing(INGRESS, {"ingressClassName": "alb", "rules": []}, annotations, level)


def balancer(annotations: Any = None, level: object = None, **port: Any) -> Resource:
    ports = [{"port": 443, "name": "https", **port}]
    return thing(SERVICE, {"type": "LoadBalancer", "ports": ports}, annotations, level)


def gateway(protocol: str, host: str, level: object = None) -> Resource:
    listener = {"name": "web", "port": 443, "protocol": protocol, "hostname": host}
    return thing(GATEWAY, {"gatewayClassName": "envoy", "listeners": [listener]}, None, level)


def policy(name: str, **asks: Any) -> Resource:
    spec = {"targetRefs": [{"kind": "HTTPRoute", "name": name}], **asks}
    return resource(POLICY, "oidc", {"metadata": {"name": "oidc", "namespace": "ml"}, "spec": spec})


http_route = thing(HTTP_ROUTE, {"parentRefs": [{"name": "edge"}], "rules": []})


def api(**inputs: Any) -> Resource:
    return resource("aws:apigatewayv2/api:Api", "rank", {"protocolType": "HTTP", **inputs})


def azure_ml(**properties: Any) -> Resource:
    return resource(
        "azure-native:machinelearningservices:OnlineEndpoint",
        "rank",
        {
            "resourceGroupName": "ml",
            "workspaceName": "w",
            "properties": {"authMode": "AADToken", **properties},
            "tags": {"trunkline:confidentiality": "internal"},
        },
    )


CASES = Cases(
    rule=RULE,
    good={
        "an internal load balancer that asks": [alb(OIDC)],
        "a public one for public data": [alb({**OIDC, **FACING}, "public")],
        "a name that only the company resolves": [
            thing(INGRESS, {"ingressClassName": "nginx", "rules": [{"host": "rank.ml.internal"}]}, VOUCHED)
        ],
        "a route of the company": [thing(ROUTE, {"host": "rank.apps.internal"}, VOUCHED)],
        "a service inside the cluster": [thing(SERVICE, {"type": "ClusterIP", "ports": [{"port": 80}]})],
        "an internal balancer of Azure": [
            balancer({**VOUCHED, "service.beta.kubernetes.io/azure-load-balancer-internal": "true"})
        ],
        "a gateway": [gateway("HTTPS", "rank.acme.example", "public")],
        "a route with a policy": [http_route, policy("rank", oidc={"provider": {}})],
        "a route whose gateway has a policy": [http_route, policy("edge", jwt={"providers": []})],
        "a model inside the cluster": [
            resource(
                INFERENCE,
                "rank",
                {
                    "metadata": {
                        "name": "rank",
                        "labels": {"networking.kserve.io/visibility": "cluster-local"},
                    }
                },
            )
        ],
        "a model that asks": [thing(INFERENCE, {}, {"security.opendatahub.io/enable-auth": "true"})],
        "an API for public data": [
            api(tags={"trunkline:confidentiality": "public"}),
            resource(
                "aws:apigatewayv2/route:Route",
                "ask",
                {"apiId": "a", "routeKey": "POST /", "authorizationType": "JWT"},
            ),
        ],
        "a private API": [
            resource(
                "aws:apigateway/restApi:RestApi", "rank", {"endpointConfiguration": {"types": "PRIVATE"}}
            ),
            resource(
                "aws:apigateway/method:Method",
                "ask",
                {"restApi": "a", "resourceId": "r", "httpMethod": "POST", "authorization": "AWS_IAM"},
            ),
            resource(
                "aws:apigateway/method:Method",
                "may-i",
                {"restApi": "a", "resourceId": "r", "httpMethod": "OPTIONS", "authorization": "NONE"},
            ),
        ],
        "a function that asks": [
            resource(
                "aws:lambda/functionUrl:FunctionUrl",
                "rank",
                {"functionName": "f", "authorizationType": "AWS_IAM"},
            )
        ],
        "a managed endpoint of the company": [azure_ml(publicNetworkAccess="Disabled")],
        "a domain": [
            resource(
                "aws:apigatewayv2/domainName:DomainName",
                "rank",
                {
                    "domainName": "rank.acme.example",
                    "domainNameConfiguration": {
                        "certificateArn": "arn:x",
                        "endpointType": "REGIONAL",
                        "securityPolicy": "TLS_1_2",
                    },
                },
            )
        ],
    },
    bad={
        "an ingress that says nothing": (
            [thing(INGRESS, {"ingressClassName": "nginx", "rules": [{"host": "rank.acme.example"}]})],
            [
                f"rank.metadata.annotations.trunkline.dev/authentication: {OPEN}",
                f"rank.{LEVEL}: {PUBLIC.format('not set')}",
            ],
        ),
        "a public load balancer for confidential data": (
            [alb({**OIDC, **FACING}, "confidential")],
            [f"rank.{LEVEL}: {PUBLIC.format(repr('confidential'))}"],
        ),
        "a load balancer that asks, and lets everyone through": (
            [alb({**OIDC, "alb.ingress.kubernetes.io/auth-on-unauthenticated-request": "allow"})],
            [f"rank.metadata.annotations.trunkline.dev/authentication: {OPEN}"],
        ),
        "a route": (
            [thing(ROUTE, {"host": "rank.apps.acme.example"}, VOUCHED, "restricted")],
            [f"rank.{LEVEL}: {PUBLIC.format(repr('restricted'))}"],
        ),
        "a plain load balancer": (
            [balancer(VOUCHED, "public", port=80, name="http")],
            ["rank.spec.ports[0].port: nothing says that port 80 of the load balancer speaks TLS"],
        ),
        "a load balancer that says nothing": (
            [balancer()],
            [
                f"rank.metadata.annotations.trunkline.dev/authentication: {OPEN}",
                f"rank.{LEVEL}: {PUBLIC.format('not set')}",
            ],
        ),
        "a plain gateway": (
            [gateway("HTTP", "rank.acme.example", "public")],
            ["rank.spec.listeners[0].protocol: listener 'web' of the gateway speaks 'HTTP', not TLS"],
        ),
        "a public gateway": (
            [gateway("HTTPS", "rank.acme.example")],
            [f"rank.{LEVEL}: {PUBLIC.format('not set')}"],
        ),
        "a route without a policy": (
            [http_route],
            [f"rank.metadata.annotations.trunkline.dev/authentication: {OPEN}"],
        ),
        "a route with a policy of another": (
            [http_route, policy("other", oidc={"provider": {}})],
            [f"rank.metadata.annotations.trunkline.dev/authentication: {OPEN}"],
        ),
        "a route with a policy that asks for nothing": (
            [http_route, policy("rank", cors={})],
            [f"rank.metadata.annotations.trunkline.dev/authentication: {OPEN}"],
        ),
        "a model": (
            [thing(INFERENCE, {"predictor": {}})],
            [f"rank.metadata.annotations.trunkline.dev/authentication: {OPEN}"],
        ),
        "an API for internal data": (
            [api(tags={"trunkline:confidentiality": "internal"}, target="arn:x")],
            [
                f"rank.tags.trunkline:confidentiality: {PUBLIC.format(repr('internal'))}",
                (
                    "rank.target: the endpoint answers whoever asks: the target of the API makes a "
                    "route without authorization"
                ),
            ],
        ),
        "a route of an API": (
            [resource("aws:apigatewayv2/route:Route", "ask", {"apiId": "a", "routeKey": "POST /"})],
            ["ask.authorizationType: the endpoint answers whoever asks: authorizationType is not set"],
        ),
        "a public API that asks nothing": (
            [
                resource(
                    "aws:apigateway/restApi:RestApi", "rank", {"endpointConfiguration": {"types": "REGIONAL"}}
                ),
                resource(
                    "aws:apigateway/method:Method",
                    "ask",
                    {"restApi": "a", "resourceId": "r", "httpMethod": "POST", "authorization": "NONE"},
                ),
            ],
            [
                "ask.authorization: the endpoint answers whoever asks: authorization is 'NONE'",
                f"rank.tags.trunkline:confidentiality: {PUBLIC.format('not set')}",
            ],
        ),
        "a function that asks nothing": (
            [
                resource(
                    "aws:lambda/functionUrl:FunctionUrl",
                    "rank",
                    {"functionName": "f", "authorizationType": "NONE"},
                )
            ],
            ["rank.authorizationType: the endpoint answers whoever asks: authorizationType is 'NONE'"],
        ),
        "an old domain": (
            [
                resource(
                    "aws:apigateway/domainName:DomainName",
                    "rank",
                    {"domainName": "rank.acme.example", "securityPolicy": "TLS_1_0"},
                )
            ],
            ["rank.securityPolicy: the domain accepts old versions of TLS: securityPolicy is 'TLS_1_0'"],
        ),
        "a managed endpoint on the internet": (
            [azure_ml()],
            [f"rank.tags.trunkline:confidentiality: {PUBLIC.format(repr('internal'))}"],
        ),
    },
    unknown={
        "a class from elsewhere": ([alb({**OIDC, **FACING}, LATER)], [f"rank.{LEVEL}"]),
        "annotations from elsewhere": (
            [thing(INFERENCE, {}, LATER)],
            ["rank.metadata.annotations.alb.ingress.kubernetes.io/auth-type"],
        ),
        "a type from elsewhere": (
            [thing(SERVICE, {"type": LATER, "ports": [{"port": 443}]}, VOUCHED)],
            ["rank.spec.type"],
        ),
    },
    waived={"a demonstration": [thing(INFERENCE, {"predictor": {}})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_vouches_for_a_class_of_balancers() -> None:
    by = settings(RULE, internalClasses=["metallb"])
    spec = {"type": "LoadBalancer", "loadBalancerClass": "metallb", "ports": [{"port": 443}]}
    assert told(findings(RULE, [thing(SERVICE, spec, VOUCHED)], by=by)) == []


def test_a_team_names_its_own_domains_and_classes() -> None:
    ingress = thing(INGRESS, {"rules": [{"host": "rank.corp.acme.example"}]}, VOUCHED, "internal")
    assert told(findings(RULE, [ingress])) == [f"rank.{LEVEL}: {PUBLIC.format(repr('internal'))}"]
    assert told(findings(RULE, [ingress], by=settings(RULE, internalDomains=["corp.acme.example"]))) == []
    assert told(findings(RULE, [ingress], by=settings(RULE, publicClasses=["internal"]))) == []
