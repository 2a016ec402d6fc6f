"""Run a Pulumi program against a recording engine and return plain data.

A test built on this never sees an ``Output``: when ``deploy`` returns, every registration has landed and
every ``apply`` has run or raised. What it does not prove: the engine's own steps (transforms, aliases,
replacement), a provider's schema, and nested URNs (a recorded URN carries only the parent's type).
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.settings import get_root_resource, reset_options
from pulumi.runtime.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource, as the program sent it."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    protect: bool
    provider: str
    """``<urn>::<id>`` of the provider the resource is bound to; empty for the ambient default."""
    providers: Mapping[str, str]
    """The providers a component hands to its children, by package."""
    aliases: tuple[str, ...]
    dependencies: frozenset[str]
    property_dependencies: Mapping[str, frozenset[str]]
    ignore_changes: tuple[str, ...]
    delete_before_replace: bool
    delete_before_replace_given: bool
    """Without it the provider decides."""
    hooks: Mapping[str, tuple[str, ...]]
    """Names of the hooks that are bound, by their moment, ``before_update`` for example."""
    inputs: Mapping[str, Any]
    """Plain values; a secret is unwrapped, and its path stands in ``secrets``."""
    secrets: frozenset[str]
    """Paths of secret inputs, ``kubeconfig`` or ``spec.template.0.token``."""
    state: Mapping[str, Any]
    """Outputs as the recording engine reports them."""


@dataclass
class Graph:
    """Everything a program registered."""

    resources: list[Registration] = field(default_factory=list[Registration])
    outputs: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict[str, list[Mapping[str, Any]]])
    """What each component published, one entry for each time it did."""
    invokes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Function token and the provider it ran on; empty for the ambient default."""
    exports: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the stack exports, secrets unwrapped."""
    export_secrets: frozenset[str] = frozenset()
    """Paths of secret exports."""

    def of_type(self, token: str) -> list[Registration]:
        """The resources of one type, by name."""
        return sorted((r for r in self.resources if r.type == token), key=lambda r: r.name)

    def one(self, token: str) -> Registration:
        """The only resource of a type."""
        found = self.of_type(token)
        assert len(found) == 1, f"expected one {token}, found {[r.name for r in found]}"
        return found[0]

    def named(self, name: str) -> Registration:
        """The only resource of a logical name."""
        found = [r for r in self.resources if r.name == name]
        assert len(found) == 1, f"expected one resource {name}, found {[r.type for r in found]}"
        return found[0]

    def published(self) -> Mapping[str, Any]:
        """What the only component published."""
        (component,) = self.components()
        (outputs,) = self.outputs[component.urn]
        return outputs

    def by_urn(self) -> Mapping[str, Registration]:
        """Every resource by its URN."""
        return {r.urn: r for r in self.resources}

    def components(self) -> Iterator[Registration]:
        """What only groups others."""
        return (r for r in self.resources if not r.custom)

    def leaves(self) -> Iterator[Registration]:
        """What a provider would create."""
        return (r for r in self.resources if r.custom and not r.type.startswith("pulumi:providers:"))

    def providers(self) -> Iterator[Registration]:
        """The explicit providers."""
        return (r for r in self.resources if r.type.startswith("pulumi:providers:"))

    def table(self) -> list[tuple[str, str]]:
        """Type and name of every leaf, sorted: the shape of a deployment at a glance."""
        return sorted((r.type, r.name) for r in self.leaves())


class Cloud(Mocks):
    """Echoes inputs as state; a test adds what its subject reads back."""

    def __init__(
        self, states: Mapping[str, Mapping[str, Any]], calls: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.states, self.calls = states, calls

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        state = {key: _answered(key, value) for key, value in args.inputs.items()}
        return f"{args.name}-id", {**state, **self.states.get(args.typ, {})}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        if args.token not in self.calls:
            msg = f"unexpected invoke {args.token}({args.args})"
            raise AssertionError(msg)
        return dict(self.calls[args.token]), []


def _answered(key: str, value: Any) -> Any:
    """An input as the cloud reports it: Azure takes identities as a list and answers with a map."""
    if key == "userAssignedIdentities" and isinstance(value, list):
        return {identity: {} for identity in value}
    if isinstance(value, dict):
        return {name: _answered(name, item) for name, item in value.items()}
    return value


class Recorder(MockMonitor):
    """A monitor that writes down what the stock mock forgets."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.graph = Graph()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, the name in the protocol
        """Record one resource."""
        response = super().RegisterResource(request)
        if request.type == "pulumi:pulumi:Stack":
            return response
        if response.urn in self.graph.by_urn():
            msg = f"two resources share the URN {response.urn}"
            raise AssertionError(msg)
        secrets: set[str] = set()
        inputs = _plain(rpc.deserialize_properties(request.object, keep_unknowns=True), "", secrets)
        self.graph.resources.append(
            Registration(
                urn=response.urn,
                type=request.type,
                name=request.name,
                parent=request.parent,
                custom=request.custom,
                protect=bool(request.protect),
                provider=request.provider,
                providers=dict(request.providers),
                aliases=tuple(a.urn or a.spec.name for a in request.aliases),
                dependencies=frozenset(request.dependencies),
                property_dependencies={
                    key: frozenset(value.urns) for key, value in request.propertyDependencies.items()
                },
                ignore_changes=tuple(request.ignoreChanges),
                delete_before_replace=bool(request.deleteBeforeReplace),
                delete_before_replace_given=bool(request.deleteBeforeReplaceDefined),
                hooks={moment.name: tuple(names) for moment, names in request.hooks.ListFields()},
                inputs=inputs,
                secrets=frozenset(secrets),
                state=_plain(rpc.deserialize_properties(response.object), "", set()),
            )
        )
        return response

    def Invoke(self, request: Any) -> Any:  # noqa: N802, the name in the protocol
        """Record one function call and the provider it ran on."""
        self.graph.invokes.append((request.tok, request.provider))
        return super().Invoke(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802, the name in the protocol
        """Record what a component published."""
        secrets: set[str] = set()
        found = _plain(rpc.deserialize_properties(request.outputs, keep_unknowns=True), "", secrets)
        if request.urn in self.graph.by_urn():
            self.graph.outputs.setdefault(request.urn, []).append(found)
        else:  # the stack, which is no resource of the program's
            self.graph.exports.update(found)
            self.graph.export_secrets = frozenset(secrets)
        return super().RegisterResourceOutputs(request)


def _plain(value: Any, path: str, secrets: set[str]) -> Any:
    """Unwrap secrets at any depth and note where they stood."""
    if rpc.is_rpc_secret(value):
        secrets.add(path)
        return _plain(rpc.unwrap_rpc_secret(value), path, set())
    if isinstance(value, Mapping):
        return {key: _plain(item, f"{path}.{key}".lstrip("."), secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, f"{path}.{index}".lstrip("."), secrets) for index, item in enumerate(value)]
    return value


def deploy(  # noqa: PLR0913, a test names the few it needs
    program: Callable[[], object],
    *,
    states: Mapping[str, Mapping[str, Any]] | None = None,
    calls: Mapping[str, Mapping[str, Any]] | None = None,
    config: Mapping[str, str] | None = None,
    stack: str = "test",
    preview: bool = False,
) -> Graph:
    """Run ``program`` to completion and return what it registered.

    ``states`` adds outputs by resource type, ``calls`` answers functions by token; a function that nobody
    answers fails the test. With ``preview`` the outputs of new resources are unknown, as in a first preview.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        reset_options()
        recorder = Recorder(Cloud(states or {}, calls or {}))
        set_mocks(recorder.mocks, project="trunkline", stack=stack, preview=preview, monitor=recorder)
        pulumi.runtime.set_all_config(dict(config or {}))

        @pulumi.runtime.test
        def run() -> None:
            program()
            root = get_root_resource()
            assert isinstance(root, Stack)
            root.register_outputs(dict(root.outputs))

        run()
        return recorder.graph
    finally:
        loop.close()
        asyncio.set_event_loop(None)
