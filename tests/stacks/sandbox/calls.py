"""The engine's calls to one provider of a running sandbox, in plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from stacks.sandbox.wire import decode, encode


class CallFailed(Exception):  # noqa: N818 - an answer of the provider
    """The provider answered with an error; the text is what the engine would show."""


@dataclass
class Caller:
    """One connection of one engine run to a provider, configured on first use."""

    package: str
    port: int
    configuration: dict[str, Any]
    run: str = "127.0.0.1:1"
    project: str = "urn:pulumi:dev::tests"
    _stub: Any = field(init=False)

    def __post_init__(self) -> None:
        # Connections to the same address would otherwise share one socket, and with it one configuration.
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{self.port}", options=[("grpc.use_local_subchannel_pool", 1)]
        )
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._call("Handshake", provider_pb2.ProviderHandshakeRequest(engine_address=self.run))
        self._call("Configure", provider_pb2.ConfigureRequest(args=encode(self.configuration)))

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=60)
        except grpc.RpcError as error:
            raise CallFailed(error.details()) from None  # pyright: ignore[reportAttributeAccessIssue]

    def urn(self, token: str, name: str) -> str:
        return f"{self.project}::{token}::{name}"

    def check(
        self, token: str, news: dict[str, Any], *, name: str = "x", olds: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the checked inputs, and reasons by property path."""
        request = provider_pb2.CheckRequest(
            urn=self.urn(token, name), news=encode(news), olds=encode(olds) if olds else None
        )
        answer = self._call("Check", request)
        return decode(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def create(
        self, token: str, news: dict[str, Any], *, name: str = "x", preview: bool = False
    ) -> tuple[str, dict[str, Any]]:
        """Check and create; return id and outputs."""
        inputs, problems = self.check(token, news, name=name)
        assert problems == {}, problems
        answer = self._call(
            "Create",
            provider_pb2.CreateRequest(urn=self.urn(token, name), properties=encode(inputs), preview=preview),
        )
        return answer.id, decode(answer.properties)

    def diff(  # noqa: PLR0913 - the engine's own question
        self,
        token: str,
        identifier: str,
        *,
        old: dict[str, Any],
        new: dict[str, Any],
        outputs: dict[str, Any] | None = None,
        name: str = "x",
    ) -> tuple[dict[str, str], bool]:
        """Return the kind of change by property path, and whether deletion comes first."""
        answer = self._call(
            "Diff",
            provider_pb2.DiffRequest(
                id=identifier,
                urn=self.urn(token, name),
                olds=encode(outputs or old),
                old_inputs=encode(old),
                news=encode(new),
            ),
        )
        kinds = {
            path: provider_pb2.PropertyDiff.Kind.Name(entry.kind)
            for path, entry in answer.detailedDiff.items()
        }
        return kinds, answer.deleteBeforeReplace

    def read(
        self, token: str, identifier: str, *, name: str = "x"
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Return id, inputs and outputs; an empty id where there is no such object."""
        answer = self._call("Read", provider_pb2.ReadRequest(id=identifier, urn=self.urn(token, name)))
        return answer.id, decode(answer.inputs), decode(answer.properties)

    def update(  # noqa: PLR0913 - the engine's own question
        self,
        token: str,
        identifier: str,
        new: dict[str, Any],
        *,
        outputs: dict[str, Any] | None = None,
        name: str = "x",
        preview: bool = False,
    ) -> dict[str, Any]:
        """Return the outputs after an update."""
        answer = self._call(
            "Update",
            provider_pb2.UpdateRequest(
                id=identifier,
                urn=self.urn(token, name),
                olds=encode(outputs or {}),
                news=encode(new),
                preview=preview,
            ),
        )
        return decode(answer.properties)

    def delete(self, token: str, identifier: str, *, name: str = "x") -> None:
        self._call("Delete", provider_pb2.DeleteRequest(id=identifier, urn=self.urn(token, name)))

    def invoke(self, token: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the result, and reasons by argument."""
        answer = self._call("Invoke", provider_pb2.InvokeRequest(tok=token, args=encode(arguments)))
        failures = {failure.property: failure.reason for failure in answer.failures}
        return decode(getattr(answer, "return")), failures

    def check_config(self, news: dict[str, Any]) -> dict[str, str]:
        """Return reasons by configuration key."""
        urn = self.urn(f"pulumi:providers:{self.package}", "x")
        answer = self._call("CheckConfig", provider_pb2.CheckRequest(urn=urn, news=encode(news)))
        return {failure.property: failure.reason for failure in answer.failures}

    def diff_config(self, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
        """Return the configuration that makes another provider."""
        urn = self.urn(f"pulumi:providers:{self.package}", "x")
        answer = self._call(
            "DiffConfig",
            provider_pb2.DiffRequest(urn=urn, old_inputs=encode(old), olds=encode(old), news=encode(new)),
        )
        return list(answer.replaces)
