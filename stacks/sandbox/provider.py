"""One simulated provider behind gRPC: the engine's calls, for whichever cloud it is given."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from typing_extensions import override

from stacks.sandbox.cloud import Cloud, RefusedError, Settings, Subject
from stacks.sandbox.differences import changes
from stacks.sandbox.engine_log import EngineLog
from stacks.sandbox.errors import SandboxError
from stacks.sandbox.faults import Fault, Kind, Moment, Operation
from stacks.sandbox.kubernetes_backend import ClusterRejected
from stacks.sandbox.lifecycle import Lifecycle, Proposal
from stacks.sandbox.schema.check import Problem, check_inputs
from stacks.sandbox.schema.registry import UnknownTypeError
from stacks.sandbox.schema.shapes import Scalar
from stacks.sandbox.sessions import Sessions
from stacks.sandbox.wire import contains_secret, contains_unknown, decode, encode, exposed, public

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from stacks.sandbox.store import Store

_ATTEMPTS = 5
_PAUSE = 0.05  # seconds before the second attempt; doubles with each
_CRASHED = 70  # EX_SOFTWARE of sysexits.h

# Options that the Python SDK passes along with a provider's configuration.
_TOLERATED = frozenset({"version", "pluginDownloadURL"})

_LOG = logging.getLogger(__name__)


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one cloud. Every error that leaves it is a sentence."""

    def __init__(self, cloud: Cloud, store: Store) -> None:
        """Serve ``cloud``, whose objects are in ``store``."""
        self._cloud = cloud
        self._store = store
        self._objects = Lifecycle(cloud, store)
        self._sessions = Sessions()

    # --- who is calling

    @override
    async def Handshake(self, request: Any, context: Any) -> Any:
        """Say what this provider can take."""
        self._sessions.greet(context.peer(), request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    @override
    async def Attach(self, request: Any, context: Any) -> Any:
        """Remember the engine that attaches."""
        self._sessions.greet(context.peer(), request.address)
        return empty_pb2.Empty()

    @override
    async def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Name the version of the SDK that is simulated."""
        return plugin_pb2.PluginInfo(version=self._cloud.registry.version)

    @override
    async def GetMapping(self, request: Any, context: Any) -> Any:
        """Offer no mapping from other tools."""
        return provider_pb2.GetMappingResponse()

    @override
    async def GetMappings(self, request: Any, context: Any) -> Any:
        """Offer no mapping from other tools."""
        return provider_pb2.GetMappingsResponse()

    @override
    async def Cancel(self, request: Any, context: Any) -> Any:
        """Do nothing: calls are short and end by themselves."""
        return empty_pb2.Empty()

    # --- configuration

    @override
    async def CheckConfig(self, request: Any, context: Any) -> Any:
        """Check a provider's configuration."""

        async def answer() -> Any:
            news = decode(request.news)
            problems = self._config_problems(news)
            return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(problems, news))

        return await self._sentences(context, answer)

    def _config_problems(self, news: dict[str, Any]) -> list[Problem]:
        options, problems = self._options(news)
        problems += check_inputs(self._cloud.registry.provider().inputs, options)
        if not problems and not contains_unknown(options):
            try:
                self._cloud.configure(exposed(options))
            except RefusedError as refused:
                if not refused.problems:
                    raise
                problems = refused.problems
        return problems

    def _options(self, given: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """Read configuration, in which the SDKs write everything but strings as JSON text."""
        fields = self._cloud.registry.provider().inputs
        options: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, value in public(given).items():
            field = fields.get(name)
            if field is None and name in _TOLERATED:
                continue
            text = exposed(value)
            if field is not None and isinstance(text, str) and field.shape != Scalar("string"):
                try:
                    value = json.loads(text)  # noqa: PLW2901 - the same value, read
                except ValueError:
                    problems.append(Problem((name,), "is no JSON text, which the SDK writes for it"))
                    continue
            options[name] = value
        return options, problems

    @override
    async def DiffConfig(self, request: Any, context: Any) -> Any:
        """Tell whether changed configuration makes another provider."""

        async def answer() -> Any:
            old, new = decode(request.old_inputs) or decode(request.olds), decode(request.news)
            found = changes(old, new, frozenset())
            plain_old, plain_new = exposed(self._options(old)[0]), exposed(self._options(new)[0])
            replaces = [
                change.property
                for change in found
                if self._cloud.replaces_provider(change, plain_old, plain_new)
            ]
            some = provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE
            return provider_pb2.DiffResponse(
                changes=some, diffs=[change.property for change in found], replaces=replaces
            )

        return await self._sentences(context, answer)

    @override
    async def Configure(self, request: Any, context: Any) -> Any:
        """Remember the configuration of the calling provider instance."""

        async def answer() -> Any:
            given = decode(request.args) or dict(request.variables)
            options, _ = self._options(given)
            settings = replace(
                self._cloud.configure(exposed(options)), engine=self._sessions.engine(context.peer())
            )
            self._sessions.configure(context.peer(), settings)
            return provider_pb2.ConfigureResponse(
                acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
            )

        return await self._sentences(context, answer)

    # --- resources

    @override
    async def Check(self, request: Any, context: Any) -> Any:
        """Check a resource's inputs and fill in its name."""

        async def answer() -> Any:
            subject = _subject(request)
            await self._meet(context, subject, Operation.CHECK)
            mode = request.autonaming.mode if request.HasField("autonaming") else None
            disabled = mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE
            name = request.autonaming.proposed_name if mode is not None and not disabled else ""
            inputs, problems = self._objects.check(
                self._settings(context),
                subject,
                olds=decode(request.olds),
                news=decode(request.news),
                proposal=Proposal(name=name, disabled=disabled),
                known=self._sessions.known(context.peer()),
            )
            return provider_pb2.CheckResponse(inputs=encode(inputs), failures=_failures(problems, inputs))

        return await self._sentences(context, answer)

    @override
    async def Diff(self, request: Any, context: Any) -> Any:
        """Compare old inputs with new ones."""

        async def answer() -> Any:
            subject = _subject(request)
            await self._meet(context, subject, Operation.DIFF)
            difference = self._objects.diff(
                self._settings(context),
                subject,
                request.id,
                old_inputs=decode(request.old_inputs),
                old_outputs=decode(request.olds),
                news=decode(request.news),
                known=self._sessions.known(context.peer()),
            )
            response = provider_pb2.DiffResponse(
                changes=provider_pb2.DiffResponse.DIFF_NONE,
                hasDetailedDiff=True,
                deleteBeforeReplace=difference.delete_before_replace,
            )
            for change in difference.changes:
                response.changes = provider_pb2.DiffResponse.DIFF_SOME
                kind = f"{change.kind}_REPLACE" if change.replaces else change.kind
                response.detailedDiff[change.property].kind = provider_pb2.PropertyDiff.Kind.Value(kind)
                response.detailedDiff[change.property].inputDiff = True
                response.diffs.append(str(change.path[0]))
                if change.replaces:
                    response.replaces.append(str(change.path[0]))
            return response

        return await self._sentences(context, answer)

    @override
    async def Create(self, request: Any, context: Any) -> Any:
        """Make an object, or say in a preview what it would be."""

        async def answer() -> Any:
            subject = _subject(request)
            crash = None if request.preview else await self._meet(context, subject, Operation.CREATE)
            identifier, outputs = await self._objects.create(
                self._settings(context),
                subject,
                decode(request.properties),
                known=self._sessions.known(context.peer()),
                preview=request.preview,
            )
            _crash(crash)
            return provider_pb2.CreateResponse(id=identifier, properties=encode(outputs))

        return await self._sentences(context, answer)

    @override
    async def Read(self, request: Any, context: Any) -> Any:
        """Return an object as it is now."""

        async def answer() -> Any:
            subject = _subject(request)
            crash = await self._meet(context, subject, Operation.READ)
            item = await self._objects.read(
                self._settings(context),
                subject,
                request.id,
                decode(request.properties),
                self._sessions.known(context.peer()),
            )
            _crash(crash)
            if item is None:
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(
                id=item.id, properties=encode(item.outputs), inputs=encode(item.inputs)
            )

        return await self._sentences(context, answer)

    @override
    async def Update(self, request: Any, context: Any) -> Any:
        """Change an object, or say in a preview what it would become."""

        async def answer() -> Any:
            subject = _subject(request)
            crash = None if request.preview else await self._meet(context, subject, Operation.UPDATE)
            outputs = await self._objects.update(
                self._settings(context),
                subject,
                request.id,
                old_outputs=decode(request.olds),
                news=decode(request.news),
                known=self._sessions.known(context.peer()),
                preview=request.preview,
            )
            _crash(crash)
            return provider_pb2.UpdateResponse(properties=encode(outputs))

        return await self._sentences(context, answer)

    @override
    async def Delete(self, request: Any, context: Any) -> Any:
        """Take an object away."""

        async def answer() -> Any:
            subject = _subject(request)
            crash = await self._meet(context, subject, Operation.DELETE)
            await self._objects.delete(
                self._settings(context),
                subject,
                request.id,
                properties=decode(request.properties),
                known=self._sessions.known(context.peer()),
                timeout=request.timeout,
            )
            _crash(crash)
            return empty_pb2.Empty()

        return await self._sentences(context, answer)

    # --- functions

    @override
    async def Invoke(self, request: Any, context: Any) -> Any:
        """Answer a function."""

        async def answer() -> Any:
            arguments = decode(request.args)
            function = self._cloud.registry.function(request.tok)
            problems = check_inputs(function.inputs, arguments) if function is not None else []
            if problems:
                return provider_pb2.InvokeResponse(failures=_failures(problems, arguments))
            result = self._cloud.invoke(self._settings(context), request.tok, exposed(arguments))
            response = provider_pb2.InvokeResponse()
            # "return" is a keyword of Python, so the field has no attribute.
            getattr(response, "return").CopyFrom(encode(result))
            return response

        return await self._sentences(context, answer)

    @override
    async def Construct(self, request: Any, context: Any) -> Any:
        """Refuse: the sandbox serves resources."""
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"The sandbox has no remote component {request.type}: it serves resources. Declare the resources "
            "themselves, or install a chart with kubernetes.helm.v3.Release.",
        )

    @override
    async def Call(self, request: Any, context: Any) -> Any:
        """Refuse: the sandbox serves resources."""
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED, f"The sandbox has no method {request.tok}: it serves resources."
        )

    # --- machinery

    def _settings(self, context: Any) -> Settings:
        settings = self._sessions.settings(context.peer())
        if settings is None:
            raise RefusedError(
                f"The connection to the sandbox's {self._cloud.package} provider was lost before this call. "
                "Run the command again."
            )
        return settings

    async def _meet(self, context: Any, subject: Subject, operation: Operation) -> Fault | None:
        """Let the faults happen that were asked for; return a crash that is still to come."""
        later: Fault | None = None
        for attempt in range(_ATTEMPTS):
            throttled = False
            for fault in self._store.faults.take(subject.type, operation):
                match fault.kind:
                    case Kind.LATENCY:
                        await asyncio.sleep(fault.seconds)
                    case Kind.THROTTLE:
                        throttled = True
                    case Kind.ERROR:
                        raise RefusedError(f"{subject.type} {subject.name}: {fault.message}")
                    case Kind.CRASH if fault.moment is Moment.BEFORE:
                        _crash(fault)
                    case Kind.CRASH:
                        later = fault
            if not throttled:
                return later
            log = EngineLog(self._sessions.engine(context.peer()))
            log.progress(subject.urn)(
                f"throttled {attempt + 1} times; trying again, {_ATTEMPTS} times at most"
            )
            await asyncio.sleep(_PAUSE * 2**attempt)
        raise RefusedError(
            f"{subject.type} {subject.name}: the sandbox was throttled {_ATTEMPTS} times in a row "
            "(Rate exceeded). Wait a moment and run the command again; what was done stays done."
        )

    async def _sentences(self, context: Any, answer: Callable[[], Awaitable[Any]]) -> Any:
        """Answer a call; whatever goes wrong becomes a gRPC error whose text is a sentence."""
        try:
            return await answer()
        except (RefusedError, UnknownTypeError, SandboxError, ClusterRejected) as error:
            await _abort(context, grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:  # noqa: BLE001 - no traceback may reach the engine's display
            _LOG.exception("a call failed")
            await _abort(
                context,
                grpc.StatusCode.INTERNAL,
                f"The sandbox's {self._cloud.package} provider failed ({type(error).__name__}). "
                f"The details are in {self._store.path.with_name('sandbox.log')}; please report them.",
            )


async def _abort(context: Any, code: grpc.StatusCode, text: str) -> NoReturn:
    await context.abort(code, text)
    raise AssertionError  # abort raises


def _subject(request: Any) -> Subject:
    urn: str = request.urn
    *_, qualified, name = urn.split("::", 3)
    return Subject(urn=urn, name=request.name or name, type=request.type or qualified.rpartition("$")[2])


def _failures(problems: Sequence[Problem], inputs: dict[str, Any]) -> list[Any]:
    return [_failure(problem, inputs) for problem in problems]


def _failure(problem: Problem, inputs: dict[str, Any]) -> Any:
    # The engine repeats the value of a top-level property that a failure names, secrets in the clear.
    if len(problem.path) == 1 and contains_secret(inputs.get(str(problem.path[0]))):
        return provider_pb2.CheckFailure(reason=f"{problem.property} {problem.reason}")
    return provider_pb2.CheckFailure(property=problem.property, reason=problem.reason)


def _crash(fault: Fault | None) -> None:
    if fault is not None:
        os._exit(_CRASHED)
