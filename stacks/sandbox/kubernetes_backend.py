"""What the kubernetes provider asks of a real control plane.

The provider simulates a cluster by itself. Where the sandbox was given a kubeconfig for the provider's
context, every object goes through a :class:`ClusterClient` instead, which
``stacks.sandbox.cluster.connect(kubeconfig, context)`` makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class ClusterRejected(Exception):  # noqa: N818 - a refusal is an answer
    """The control plane refused a request.

    ``sentence`` says who refused what and how to mend it. ``field`` is the path of the offending field in
    the manifest as Pulumi writes it (``spec.template.spec.containers[0].image``), empty where the refusal
    names none.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotValidated(Exception):  # noqa: N818 - so is this
    """A dry run could not be answered: something the object needs does not exist in the cluster yet.

    That is its kind (the CustomResourceDefinition comes with the same update) or its namespace. ``sentence``
    says which; a preview goes on and shows it as a warning, because the update that follows can succeed.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ClusterClient(Protocol):
    """One control plane. Calls block, are made from worker threads, and raise :class:`ClusterRejected`."""

    @property
    def namespace(self) -> str:
        """Where objects go that name no namespace: what the kubeconfig's context says."""
        ...

    def namespaced(self, api_version: str, kind: str) -> bool | None:
        """Tell whether objects of a kind live in a namespace, None where the kind is not served yet."""
        ...

    def apply(
        self, manifest: dict[str, Any], *, dry_run: bool, field_manager: str, force: bool
    ) -> dict[str, Any]:
        """Apply server-side and return the object as the server would store it or has stored it.

        With ``dry_run`` nothing is stored, and :class:`NotValidated` is raised where the server cannot judge
        the object yet.
        """
        ...

    def read(self, api_version: str, kind: str, namespace: str | None, name: str) -> dict[str, Any] | None:
        """Return the live object, or None where there is none."""
        ...

    def delete(  # noqa: PLR0913 - an address has four parts
        self,
        api_version: str,
        kind: str,
        namespace: str | None,
        name: str,
        *,
        timeout: float,
        report: Callable[[str], None],
    ) -> None:
        """Delete and wait until the object is gone, finalizers included.

        Waits ``timeout`` seconds at most. ``report`` takes a sentence about what is being waited for. An
        object that is already gone counts as deleted.
        """
        ...
