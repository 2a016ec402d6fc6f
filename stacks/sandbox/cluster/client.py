"""One real cluster, as the sandbox's kubernetes provider asks for it."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from stacks.sandbox.cluster.connection import APPLY, Answer, Connection
from stacks.sandbox.cluster.deletion import delete
from stacks.sandbox.cluster.kinds import Kind, Kinds
from stacks.sandbox.cluster.refusals import NOT_FOUND, refusal
from stacks.sandbox.kubernetes_backend import ClusterRejected, NotValidated

SECONDS_FOR_A_KIND = 30.0
"""How long an update waits for a kind whose definition is part of the same update."""

_SECONDS_BETWEEN_LOOKS = 0.2
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_DEFINITION = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
_ABOUT_CONTENT = frozenset({"Invalid", "BadRequest", "InternalError", ""})
"""Reasons of a refusal that has to do with the object, not with the place it was tried in."""


class Cluster:
    """A client for one control plane; implements ``ClusterClient``. Safe to use from several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kinds = Kinds(connection)

    @property
    def namespace(self) -> str:
        """Where objects go that name no namespace: what the kubeconfig's context says."""
        return self._connection.namespace

    def namespaced(self, api_version: str, kind: str) -> bool | None:
        """Tell whether objects of a kind live in a namespace, None where the kind is not served yet.

        Raises:
            ClusterRejected: the cluster cannot be reached.
        """
        found = self._kinds.find(api_version, kind)
        return None if found is None else found.namespaced

    def apply(
        self, manifest: dict[str, Any], *, dry_run: bool, field_manager: str, force: bool
    ) -> dict[str, Any]:
        """Apply an object server-side and return it as the server has it, defaults included.

        A field that the kind does not have is an error. An object without a namespace goes into the namespace
        of the kubeconfig's context. An update waits for a kind whose definition is on its way, and an applied
        definition is served when this returns.

        Raises:
            ClusterRejected: the cluster refuses the object, or another manager owns some of its fields.
            NotValidated: a dry run, and the kind or the namespace does not exist yet.
        """
        api_version, name_of_kind = str(manifest["apiVersion"]), str(manifest["kind"])
        kind = self._served(api_version, name_of_kind, patience=0 if dry_run else SECONDS_FOR_A_KIND)
        if kind is None:
            missing = f"the cluster serves no {name_of_kind} of {api_version}"
            if dry_run:
                raise NotValidated(
                    f"{_subject(manifest)}: not validated, because {missing} yet. The update fails "
                    f"unless its CustomResourceDefinition is created before."
                )
            raise ClusterRejected(
                f"{_subject(manifest)}: {missing}. Install its CustomResourceDefinition first, or correct "
                f"apiVersion or kind.",
                "kind",
            )
        manifest = self._placed(kind, manifest)
        answer = self._apply(kind, manifest, dry_run=dry_run, field_manager=field_manager, force=force)
        if answer.succeeded:
            if (api_version, name_of_kind) == _DEFINITION and not dry_run:
                self._wait_until_served(manifest)
            return _bare(answer.body)
        if _missing_namespace(answer):
            namespace = manifest["metadata"]["namespace"]
            if not dry_run:
                raise ClusterRejected(
                    f"{_subject(manifest)}: there is no namespace {namespace}. Create it first: give this "
                    f"resource depends_on, or take the namespace from the Namespace resource's own output.",
                    "metadata.namespace",
                )
            self._try_elsewhere(kind, manifest, field_manager)
            raise NotValidated(
                f"{_subject(manifest)}: its fields are valid, and no more could be checked, because "
                f"namespace {namespace} does not exist yet. The update fails unless it is created before."
            )
        raise refusal(answer, _subject(manifest), manifest)

    def read(self, api_version: str, kind: str, namespace: str | None, name: str) -> dict[str, Any] | None:
        """Return the live object, or None where there is none.

        Raises:
            ClusterRejected: the cluster cannot be reached or does not allow it.
        """
        known = self._kinds.find(api_version, kind)
        if known is None:
            return None
        namespace = self._namespace(known, namespace)
        answer = self._connection.call("GET", known.path(namespace, name))
        if answer.status == NOT_FOUND:
            return None
        if not answer.succeeded:
            raise refusal(answer, _named(kind, namespace, name), {})
        return _bare(answer.body)

    def delete(  # noqa: PLR0913 (what ClusterClient asks for)
        self,
        api_version: str,
        kind: str,
        namespace: str | None,
        name: str,
        *,
        timeout: float,
        report: Callable[[str], None],
    ) -> None:
        """Delete an object and what belongs to it, and wait until it is gone, finalizers included.

        Raises:
            ClusterRejected: the cluster refuses, or ``timeout`` seconds were not enough.
        """
        known = self._kinds.find(api_version, kind)
        if known is None:
            return  # Its definition is gone, and every object of that kind with it.
        namespace = self._namespace(known, namespace)
        path = known.path(namespace, name)
        delete(self._connection, path, _named(kind, namespace, name), timeout=timeout, report=report)

    def _apply(
        self, kind: Kind, manifest: Mapping[str, Any], *, dry_run: bool, field_manager: str, force: bool
    ) -> Answer:
        query = {"fieldManager": field_manager, "fieldValidation": "Strict", "force": str(force).lower()}
        if dry_run:
            query["dryRun"] = "All"
        metadata = manifest["metadata"]
        path = kind.path(metadata.get("namespace"), metadata["name"])
        return self._connection.call("PATCH", path, query=query, body=manifest, content_type=APPLY)

    def _try_elsewhere(self, kind: Kind, manifest: Mapping[str, Any], field_manager: str) -> None:
        """Dry-run an object in a namespace that exists, for what the server says of its fields.

        Most objects of a first preview belong to a namespace that is itself new: without this, none of them
        would be checked.
        """
        metadata = manifest["metadata"] | {
            "namespace": self._connection.namespace,
            "name": f"dry-run-{secrets.token_hex(4)}",
        }
        stand_in = {**manifest, "metadata": metadata}
        answer = self._apply(kind, stand_in, dry_run=True, field_manager=field_manager, force=False)
        if not answer.succeeded and answer.body.get("reason", "") in _ABOUT_CONTENT:
            raise refusal(answer, _subject(manifest), manifest)

    def _served(self, api_version: str, kind: str, *, patience: float) -> Kind | None:
        deadline = time.monotonic() + patience
        while True:
            found = self._kinds.find(api_version, kind)
            if found is not None or time.monotonic() >= deadline:
                return found
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _wait_until_served(self, definition: Mapping[str, Any]) -> None:
        """Wait until objects of a new definition can be applied: their paths take the server a moment."""
        spec = definition["spec"]
        group, plural, kind = spec["group"], spec["names"]["plural"], spec["names"]["kind"]
        for version in (each["name"] for each in spec["versions"] if each.get("served")):
            deadline = time.monotonic() + SECONDS_FOR_A_KIND
            path = f"/apis/{group}/{version}/{plural}"
            while not self._connection.call("GET", path, query={"limit": "1"}).succeeded:
                if time.monotonic() >= deadline:
                    raise ClusterRejected(
                        f"{_subject(definition)}: applied, but {kind} of {group}/{version} is not served "
                        f"after {SECONDS_FOR_A_KIND:.0f} s. The definition's status says why: `kubectl "
                        f"describe crd {definition['metadata']['name']}`."
                    )
                time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _placed(self, kind: Kind, manifest: dict[str, Any]) -> dict[str, Any]:
        if not kind.namespaced:
            return manifest
        metadata = manifest["metadata"]
        return {
            **manifest,
            "metadata": {**metadata, "namespace": self._namespace(kind, metadata.get("namespace"))},
        }

    def _namespace(self, kind: Kind, given: str | None) -> str | None:
        return (given or self._connection.namespace) if kind.namespaced else None


def _missing_namespace(answer: Answer) -> bool:
    details = answer.body.get("details") or {}
    return answer.status == NOT_FOUND and details.get("kind") == "namespaces"


def _bare(live: Mapping[str, Any]) -> dict[str, Any]:
    """Return a live object without the records of who applied what, which are the tools' own.

    That of ``kubectl`` would also show the data of a Secret in an annotation.
    """
    metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    if _LAST_APPLIED in metadata.get("annotations", ()):
        kept = {key: value for key, value in metadata["annotations"].items() if key != _LAST_APPLIED}
        metadata["annotations"] = kept
    return {**live, "metadata": metadata}


def _subject(manifest: Mapping[str, Any]) -> str:
    metadata = manifest["metadata"]
    return _named(str(manifest["kind"]), metadata.get("namespace"), str(metadata["name"]))


def _named(kind: str, namespace: str | None, name: str) -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
