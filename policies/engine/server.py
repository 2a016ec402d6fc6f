"""The policy pack as the Pulumi engine sees it: ``analyzer.proto``, served over gRPC.

Why not ``pulumi_policy``: it decodes every resource once for each policy, and one unknown value turns a
mandatory violation into an advisory note. Here a resource is decoded once, and every rule answers with one of
three values.

``Analyze`` comes before a resource is created and carries its inputs; checks of one resource answer there,
and refuse it in time. ``AnalyzeStack`` comes at the end and carries the outputs of all resources; checks that
join resources answer there. It repeats nothing that ``Analyze`` reported, unless the outputs make it worse.
"""

# ruff: noqa: ARG002, N802 - the protocol gives the methods their names and arguments

import threading
from collections.abc import Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from policies.engine import configuration, wire
from policies.engine.configuration import WAIVERS, WAIVERS_SCHEMA, ConfigurationError, schema_of
from policies.engine.controls import Control
from policies.engine.evaluate import evaluate, evaluate_alone
from policies.engine.finding import RANK, Finding, Verdict
from policies.engine.hop import drawn
from policies.engine.inventory import Inventory
from policies.engine.rule import Enforcement, Rule, Severity

if TYPE_CHECKING:
    from policies.engine.resource import Resource

_ANY_SIZE: Final = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))

_SEVERITY: Final = {
    Severity.LOW: analyzer_pb2.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: analyzer_pb2.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: analyzer_pb2.POLICY_SEVERITY_CRITICAL,
}
_ENFORCEMENT: Final = {
    Enforcement.DISABLED: analyzer_pb2.DISABLED,
    Enforcement.ADVISORY: analyzer_pb2.ADVISORY,
    Enforcement.MANDATORY: analyzer_pb2.MANDATORY,
}
_LEVEL_NAMES: Final = {
    analyzer_pb2.DISABLED: "disabled",
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.REMEDIATE: "remediate",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """What is served: rules, and how they are introduced."""

    name: str
    title: str
    about: str
    version: str
    rules: Sequence[Rule]
    controls: Mapping[str, Sequence[Control]] = field(default_factory=dict[str, Sequence[Control]])
    """The controls that each rule supports, by rule id."""


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine for one preview or one update."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._configuration = configuration.default(pack.rules)
        self._preview = True
        self._seen: dict[str, Resource] = {}
        self._reported: dict[tuple[str, str, str], dict[str, Verdict]] = {}
        """For each place, what was said to be wrong there, and how bad it was."""
        self._answered_alone: dict[str, analyzer_pb2.AnalyzeResponse] = {}
        self._lock = threading.Lock()
        self.cancelled = threading.Event()

    def Handshake(
        self, request: analyzer_pb2.AnalyzerHandshakeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzerHandshakeResponse:
        """Meet the engine; nothing is asked back from it."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(
        self, request: analyzer_pb2.AnalyzerStackConfigureRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """Learn whether this is a preview."""
        self._preview = request.dry_run
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(
        self, request: analyzer_pb2.ConfigureAnalyzerRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Take over the configuration, or refuse it with a sentence."""
        try:
            self._configuration = configuration.read(_entries(request), self._pack.rules)
        except ConfigurationError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"the configuration of the pack: {error}")
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Tell the version."""
        return plugin_pb2.PluginInfo(version=self._pack.version)

    def GetAnalyzerInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzerInfo:
        """Introduce the pack, each rule under its own name."""
        return describe(self._pack)

    def Remediate(
        self, request: analyzer_pb2.AnalyzeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.RemediateResponse:
        """Change nothing: a rule that rewrites resources would hide from its reader what is deployed."""
        return analyzer_pb2.RemediateResponse()

    def Analyze(
        self, request: analyzer_pb2.AnalyzeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge one resource by its inputs, before it is created or changed."""
        with self._lock:
            self._stop_if_cancelled(context)
            resource = wire.declared(request)
            self._seen[resource.urn] = resource
            findings = evaluate_alone(
                self._pack.rules, resource, self._configuration, settled=not self._preview
            )
            self._fresh(findings)
            response = self._nothing_wrong(resource.kind)
            if findings:
                response = analyzer_pb2.AnalyzeResponse(
                    diagnostics=[self._diagnostic(finding) for finding in findings],
                    not_applicable=response.not_applicable,
                )
            return response

    def AnalyzeStack(
        self, request: analyzer_pb2.AnalyzeStackRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge all resources together, and report what ``Analyze`` could not."""
        with self._lock:
            self._stop_if_cancelled(context)
            settled = not self._preview
            inventory = Inventory(wire.stack(request.resources, self._seen, settled=settled))
            findings = evaluate(self._pack.rules, inventory, self._configuration, settled=settled).findings
            fresh = self._fresh(findings)
            return analyzer_pb2.AnalyzeResponse(
                diagnostics=[self._diagnostic(finding) for finding in fresh],
                not_applicable=[
                    analyzer_pb2.PolicyNotApplicable(
                        policy_name=rule.id, reason="The stack has no resource that this rule judges."
                    )
                    for rule in self._pack.rules
                    if not inventory.of(*rule.kinds)
                ],
            )

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Stop answering, and end."""
        self.cancelled.set()
        return empty_pb2.Empty()

    def _stop_if_cancelled(self, context: grpc.ServicerContext) -> None:
        if self.cancelled.is_set():
            context.abort(grpc.StatusCode.CANCELLED, "the policy pack was told to stop")

    def _fresh(self, findings: Sequence[Finding]) -> list[Finding]:
        """Remember findings; return those that are new, or worse than what was reported before.

        In a preview both calls see what the program declares, and say the same in the same words. After an
        update the words may hold what the provider reported, so there the place alone decides, unless more is
        wrong at it than before.
        """
        by_place: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in findings:
            by_place.setdefault(finding.place, []).append(finding)
        fresh: list[Finding] = []
        for place, found in by_place.items():
            before = self._reported.get(place, {})
            retold = not self._preview and len(found) <= len(before)
            worst = max((RANK[verdict] for verdict in before.values()), default=-1)
            for finding in found:
                known = before.get(finding.wrong)
                told = worst if retold else -1 if known is None else RANK[known]
                if finding.rule == WAIVERS or RANK[finding.verdict] > told:
                    fresh.append(finding)
            self._reported[place] = before | {finding.wrong: finding.verdict for finding in found}
        return fresh

    def _nothing_wrong(self, kind: str) -> analyzer_pb2.AnalyzeResponse:
        """Return the answer about a resource without findings; it depends on nothing but its kind."""
        if kind not in self._answered_alone:
            self._answered_alone[kind] = analyzer_pb2.AnalyzeResponse(
                not_applicable=[
                    analyzer_pb2.PolicyNotApplicable(
                        policy_name=rule.id, reason="The rule does not judge this kind of resource by itself."
                    )
                    for rule in self._pack.rules
                    if rule.check_alone(kind) is None
                ]
            )
        return self._answered_alone[kind]

    def _diagnostic(self, finding: Finding) -> analyzer_pb2.AnalyzeDiagnostic:
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=finding.rule,
            policyPackName=self._pack.name,
            policyPackVersion=self._pack.version,
            description=next((rule.title for rule in self._pack.rules if rule.id == finding.rule), ""),
            message=sentence(finding),
            enforcementLevel=_ENFORCEMENT[finding.enforcement],
            severity=_SEVERITY[finding.severity],
            urn=finding.urn,
        )


def sentence(finding: Finding) -> str:
    """Return what a person reads: whether it stands, where it is, what is wrong, and how to fix it."""
    state = f"{finding.waived}: " if finding.waived else "deferred: " if finding.deferred else ""
    where = f"{finding.path}: " if finding.path else ""
    path = f"\nPath: {drawn(finding.witness)}" if finding.witness else ""
    return f"{state}{where}{finding.message}.{path}\nFix: {finding.fix}"


def describe(pack: Pack) -> analyzer_pb2.AnalyzerInfo:
    """Return the pack's own description, with the schema of its configuration."""
    policies = [
        analyzer_pb2.PolicyInfo(
            name=rule.id,
            displayName=rule.title,
            description=rule.why,
            message=rule.fix,
            remediation_steps=rule.fix,
            enforcementLevel=_ENFORCEMENT[rule.enforcement],
            severity=_SEVERITY[rule.severity],
            policy_type=(
                analyzer_pb2.POLICY_TYPE_STACK if rule.joined else analyzer_pb2.POLICY_TYPE_RESOURCE
            ),
            configSchema=_schema(schema_of(rule)),
            framework=_framework(pack.controls.get(rule.id, ())),
            tags=sorted({control.label for control in pack.controls.get(rule.id, ())}),
        )
        for rule in pack.rules
    ]
    policies.append(
        analyzer_pb2.PolicyInfo(
            name=WAIVERS,
            displayName="Waivers are current, approved and needed",
            description="A waiver that no longer applies must not look like one that does.",
            enforcementLevel=analyzer_pb2.ADVISORY,
            severity=analyzer_pb2.POLICY_SEVERITY_MEDIUM,
            policy_type=analyzer_pb2.POLICY_TYPE_STACK,
            configSchema=_schema(WAIVERS_SCHEMA),
        )
    )
    return analyzer_pb2.AnalyzerInfo(
        name=pack.name,
        displayName=pack.title,
        description=pack.about,
        version=pack.version,
        supportsConfig=True,
        policies=policies,
    )


def _schema(properties: Mapping[str, Any]) -> analyzer_pb2.PolicyConfigSchema:
    """Return the schema of a rule's settings.

    The engine fills in defaults and then checks them. An empty text stands for "the day of the evaluation"
    and is no day, so it is not handed out.
    """
    struct = struct_pb2.Struct()
    struct.update(
        {
            name: {
                key: value
                for key, value in schema.items()
                if not (key == "default" and value == "" and schema.get("format") == "date")
            }
            for name, schema in properties.items()
        }
    )
    return analyzer_pb2.PolicyConfigSchema(properties=struct)


def _framework(controls: Sequence[Control]) -> analyzer_pb2.PolicyComplianceFramework | None:
    """Return the first control; the protocol has room for one, the catalogue page lists them all."""
    if not controls:
        return None
    first = controls[0]
    return analyzer_pb2.PolicyComplianceFramework(
        name=first.framework, version=first.version, reference=first.id, specification=first.title
    )


def _entries(request: analyzer_pb2.ConfigureAnalyzerRequest) -> dict[str, Any]:
    return {
        name: {
            **json_format.MessageToDict(policy.properties),
            "enforcementLevel": _LEVEL_NAMES.get(policy.enforcementLevel, str(policy.enforcementLevel)),
        }
        for name, policy in request.policyConfig.items()
    }


@dataclass(slots=True)
class Running:
    """A pack that answers on a port of this machine."""

    port: int
    analyzer: Analyzer
    server: grpc.Server

    def stop(self, *, grace_seconds: float = 1.0) -> None:
        """Let running calls end, and stop."""
        self.server.stop(grace_seconds).wait()


def start(pack: Pack) -> Running:
    """Serve ``pack`` on a free port of the loopback interface.

    Raises:
        OSError: No port could be opened.
    """
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=_ANY_SIZE)
    analyzer = Analyzer(pack)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    try:
        port = server.add_insecure_port("127.0.0.1:0")
    except RuntimeError as error:
        _no_port(error)
    server.start()
    return Running(port=port, analyzer=analyzer, server=server)


def _no_port(error: RuntimeError) -> NoReturn:
    raise OSError(f"the policy pack could not open a port on 127.0.0.1: {error}") from error
