"""The objects of a program in a real cluster: what is sent there, and what the engine is told of it."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from stacks.sandbox.kubernetes_backend import ClusterRejected, NotValidated
from stacks.sandbox.wire import Secret, exposed, public, reveal, secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.sandbox.engine_log import EngineLog
    from stacks.sandbox.kubernetes_backend import ClusterClient

_Result = TypeVar("_Result")

_CALLS_AT_ONCE = 64  # Most of them wait: for finalizers, for kinds to be served.
_THREADS = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="cluster")

_SECONDS_TO_DELETE = 600.0  # What pulumi-kubernetes allows where the program says nothing.
_FORCE = "pulumi.com/patchForce"
_SERVER_SETS = frozenset({"uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"})
_WRITTEN_IN_FULL = frozenset({"data", "stringData"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One object as the program has it. ``inputs`` may hold secrets and, in a preview, unknown values.

    A ``patch`` adds fields to an object that somebody else made, and takes them away again in the end.
    """

    urn: str
    api_version: str
    kind: str
    namespace: str | None
    name: str
    inputs: dict[str, Any]
    force: bool = False
    patch: bool = False

    @property
    def field_manager(self) -> str:
        """The name under which the cluster remembers which fields are this resource's: one for each URN."""
        return f"pulumi-kubernetes-{hashlib.sha256(self.urn.encode()).hexdigest()[:8]}"

    @property
    def forced(self) -> bool:
        """Whether fields that others own are taken over."""
        annotations = exposed((reveal(self.inputs.get("metadata")) or {}).get("annotations")) or {}
        return self.force or annotations.get(_FORCE) == "true"

    def manifest(self) -> dict[str, Any]:
        """Return the object to apply, secrets in the clear."""
        return {**_without_nothing(exposed(public(self.inputs))), **self.envelope(self.inputs)}

    def envelope(self, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what says which object it is, with the rest of the metadata of ``inputs``."""
        metadata: dict[str, Any] = _without_nothing(exposed((inputs or {}).get("metadata")) or {})
        metadata["name"] = self.name
        if self.namespace is not None:
            metadata["namespace"] = self.namespace
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata}


class ClusterObjects:
    """The objects of one real cluster. Errors are :class:`ClusterRejected`."""

    def __init__(self, client: ClusterClient, log: EngineLog) -> None:
        """Use ``client`` for the cluster and ``log`` for what the person should know."""
        self._client = client
        self._log = log

    async def validate(self, wanted: Wanted) -> None:
        """Let the cluster judge an object without storing it."""
        try:
            await self._apply(wanted, dry_run=True)
        except NotValidated as error:
            await self._log.warn(wanted.urn, error.sentence)

    async def apply(self, wanted: Wanted) -> dict[str, Any]:
        """Apply an object, and return it as the engine should remember it."""
        live = await self._apply(wanted, dry_run=False)
        return remembered(wanted, live)

    async def read(self, wanted: Wanted) -> dict[str, Any] | None:
        """Return the live object as the engine should see it, None where it is gone."""
        live = await _in_thread(self._read, wanted)
        return None if live is None else remembered(wanted, live)

    async def delete(self, wanted: Wanted, timeout: float) -> None:  # noqa: ASYNC109 - the engine's
        """Delete an object, or take the fields of a patch back, and wait until that is done."""
        if wanted.patch:
            if await _in_thread(self._read, wanted) is not None:
                empty = wanted.envelope()
                await _in_thread(
                    self._client.apply,
                    empty,
                    dry_run=False,
                    field_manager=wanted.field_manager,
                    force=False,
                )
            return
        await _in_thread(
            self._client.delete,
            wanted.api_version,
            wanted.kind,
            wanted.namespace,
            wanted.name,
            timeout=timeout or _SECONDS_TO_DELETE,
            report=self._log.progress(wanted.urn),
        )

    async def _apply(self, wanted: Wanted, *, dry_run: bool) -> dict[str, Any]:
        if wanted.patch and await _in_thread(self._read, wanted) is None:
            missing = f"{wanted.kind} {wanted.name} does not exist"
            if dry_run:
                raise NotValidated(f"{missing} yet, so the patch was not validated.")
            raise ClusterRejected(f"{missing}, so there is nothing to patch. Declare it as {wanted.kind}.")
        return await _in_thread(
            self._client.apply,
            wanted.manifest(),
            dry_run=dry_run,
            field_manager=wanted.field_manager,
            force=wanted.forced,
        )

    def _read(self, wanted: Wanted) -> dict[str, Any] | None:
        return self._client.read(wanted.api_version, wanted.kind, wanted.namespace, wanted.name)


def remembered(wanted: Wanted, live: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs for a live object: secrets marked again, and what a server keeps to itself.

    A server never shows ``stringData``, and the whole data of a Secret is secret.
    """
    hidden = {key: value for key, value in public(wanted.inputs).items() if key not in live}
    outputs = {**hidden, **_marked(wanted.inputs, live)}
    if wanted.kind == "Secret":
        outputs |= {key: secret(outputs[key]) for key in _WRITTEN_IN_FULL & outputs.keys()}
    return outputs


def observed(given: Any, applied: Any, live: Any) -> Any:
    """Return the inputs as others have left them: what is not as it was applied is as it is now.

    ``applied`` is what the server answered to ``given``. Comparing with that, and not with ``given``, keeps
    the server's own spelling (``500m`` for ``0.5``) from looking like a change.
    """
    if isinstance(given, Secret):
        return Secret(observed(given.value, applied, live))
    applied, live = exposed(applied), exposed(live)
    if applied == live:
        return given
    if isinstance(given, dict) and isinstance(applied, dict) and isinstance(live, dict):
        return {
            key: observed(value, applied.get(key), live.get(key))
            for key, value in given.items()
            if key in live or key not in applied
        }
    lists = isinstance(given, list) and isinstance(live, list) and isinstance(applied, list)
    if lists and len(given) == len(applied) == len(live):
        return [observed(*each) for each in zip(given, applied, live, strict=True)]
    return live


def declared(live: dict[str, Any]) -> dict[str, Any]:
    """Return what a program would declare to get this object: all but what only a server sets."""
    metadata = {key: value for key, value in live["metadata"].items() if key not in _SERVER_SETS}
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": metadata}


def _marked(given: Any, live: Any) -> Any:
    """Return ``live`` with everything marked secret that is so in ``given``."""
    if isinstance(given, Secret):
        return secret(live)
    if isinstance(given, dict) and isinstance(live, dict):
        return {key: _marked(given.get(key), value) for key, value in live.items()}
    if isinstance(given, list) and isinstance(live, list) and len(given) == len(live):
        return [_marked(*each) for each in zip(given, live, strict=True)]
    # A server may reorder or add entries; then which of them is secret cannot be told any more.
    return secret(live) if isinstance(given, list) and _has_secret(given) else live


def _has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_secret, value.values()))
    if isinstance(value, list):
        return any(map(_has_secret, value))
    return isinstance(value, Secret)


def _without_nothing(value: Any) -> Any:
    """Leave out properties without a value: a server takes null for a value of its own."""
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nothing(item) for item in value]
    return value


async def _in_thread(call: Callable[..., _Result], *arguments: Any, **options: Any) -> _Result:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, partial(call, *arguments, **options))
