"""The ``kubernetes`` provider where some of its contexts are real clusters."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stacks.sandbox import naming
from stacks.sandbox.cluster import connect
from stacks.sandbox.cluster.objects import ClusterObjects, Wanted, declared, observed
from stacks.sandbox.engine_log import EngineLog
from stacks.sandbox.kubernetes import Kubernetes
from stacks.sandbox.store import Object, Store, now
from stacks.sandbox.wire import contains_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stacks.sandbox.cloud import Settings, Subject
    from stacks.sandbox.kubernetes_backend import ClusterClient

_CHARTS = "helm.sh"  # There is no chart to fetch in the sandbox: releases stay simulated.


class Cluster:
    """A real cluster that some kubeconfig's context names, connected to when it is first needed."""

    def __init__(self, context: str, kubeconfig: Path) -> None:
        """Remember where the cluster is."""
        self._context = context
        self._kubeconfig = kubeconfig

    @cached_property
    def client(self) -> ClusterClient:
        """The client for it; raises ``ClusterRejected`` for a kubeconfig that cannot be used."""
        return connect(self._kubeconfig, self._context)


class ClusteredKubernetes(Kubernetes):
    """Objects of a context that is a real cluster live there; all others are simulated.

    A preview still tells what the simulation tells, so that it promises nothing that only the update can
    know; the cluster judges the objects by a dry run.
    """

    def __init__(self, store: Store, clusters: Mapping[str, Path]) -> None:
        """``clusters`` maps contexts to kubeconfigs of control planes that are real."""
        super().__init__(store)
        self._clusters = {context: Cluster(context, path) for context, path in clusters.items()}

    def configure(self, options: dict[str, Any]) -> Settings:
        """Read the provider's configuration; a real cluster's context may name the default namespace."""
        settings = super().configure(options)
        cluster = self._clusters.get(settings.scope)
        if cluster is None or options.get("namespace"):
            return settings
        return replace(settings, options={**settings.options, "namespace": cluster.client.namespace})

    def namespaced(self, settings: Settings, token: str) -> bool:
        """Tell whether objects of a kind live in a namespace; of a custom kind, the real cluster knows."""
        cluster = self._clusters.get(settings.scope)
        served = None
        if cluster is not None and self.is_custom(token):
            served = cluster.client.namespaced(*self.kind(token))
        return super().namespaced(settings, token) if served is None else served

    async def create(  # noqa: PLR0913 - the signature of every cloud
        self,
        settings: Settings,
        subject: Subject,
        inputs: dict[str, Any],
        *,
        seed: str,
        identifier: str | None,
        created: str,
    ) -> dict[str, Any]:
        """Make an object and return its outputs; without ``identifier``, only let the cluster judge it."""
        real = self._real(settings, subject.type)
        if real is not None and identifier is not None:
            return await real.apply(self._wanted(settings, subject.type, subject.urn, inputs))
        outputs = await super().create(
            settings, subject, inputs, seed=seed, identifier=identifier, created=created
        )
        if real is not None and not contains_unknown(inputs):
            await real.validate(self._wanted(settings, subject.type, subject.urn, inputs))
        return outputs

    async def update(
        self, settings: Settings, subject: Subject, inputs: dict[str, Any], before: Object, *, preview: bool
    ) -> dict[str, Any]:
        """Change an object and return its outputs; in a preview, only let the cluster judge the change."""
        real = self._real(settings, subject.type)
        if real is not None and not preview:
            return await real.apply(self._wanted(settings, subject.type, subject.urn, inputs))
        outputs = await super().update(settings, subject, inputs, before, preview=preview)
        if real is not None and not contains_unknown(inputs):
            await real.validate(self._wanted(settings, subject.type, subject.urn, inputs))
        return outputs

    async def read(self, settings: Settings, item: Object) -> Object | None:
        """Return an object as it is now; one that somebody deleted in the cluster is forgotten here too."""
        real = self._real(settings, item.type)
        if real is None:
            return await super().read(settings, item)
        live = await real.read(self._wanted(settings, item.type, item.urn, item.inputs))
        if live is None:
            self.store.remove(item)
            return None
        return replace(item, inputs=observed(item.inputs, item.outputs, live), outputs=live)

    async def discover(self, settings: Settings, subject: Subject, identifier: str) -> Object | None:
        """Return an object that only the cluster knows, for an import; None where there is none."""
        real = self._real(settings, subject.type)
        if real is None:
            return None
        namespace, _, name = identifier.rpartition("/")
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        live = await real.read(self._wanted(settings, subject.type, subject.urn, {"metadata": metadata}))
        if live is None:
            return None
        created = now()
        return Object(
            provider=self.package,
            scope=settings.scope,
            type=subject.type,
            id=identifier,
            urn=subject.urn,
            seed=naming.seed(subject.urn, 0),
            inputs=declared(live),
            outputs=live,
            created=created,
            updated=created,
        )

    async def delete(self, settings: Settings, item: Object, timeout: float) -> None:  # noqa: ASYNC109 - the engine's
        """Take an object away, and wait until it is gone."""
        real = self._real(settings, item.type)
        if real is not None:
            await real.delete(self._wanted(settings, item.type, item.urn, item.inputs), timeout)

    def _real(self, settings: Settings, token: str) -> ClusterObjects | None:
        """Return the objects of the real cluster, None where the cluster or the type is simulated."""
        cluster = self._clusters.get(settings.scope)
        if cluster is None or _CHARTS in token:
            return None
        return ClusterObjects(cluster.client, EngineLog(settings.engine))

    def _wanted(self, settings: Settings, token: str, urn: str, inputs: dict[str, Any]) -> Wanted:
        api_version, kind = self.kind(token)
        namespace, name = self.place(settings, token, inputs)
        return Wanted(
            urn=urn,
            api_version=api_version,
            kind=kind.removesuffix("Patch"),
            namespace=namespace,
            name=name,
            inputs=inputs,
            force=settings.options["force"],
            patch=kind.endswith("Patch"),
        )
