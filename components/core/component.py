"""The one rule every component follows about options, children and outputs."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pulumi import (
    ComponentResource,
    Input,
    InvokeOutputOptions,
    ProviderResource,
    Resource,
    ResourceHookBinding,
    ResourceOptions,
)


class PlatformComponent(ComponentResource):
    """A component whose children only ever inherit through ``parent``.

    The options a caller passes describe the component itself and are never copied onto children: the engine
    already carries providers down the parent chain, and copying ``aliases`` or ``parent`` would give several
    resources one identity.
    """

    TYPE: ClassVar[str]
    """The type token, ``trunkline:<capability>:<Class>``. It is part of every child's URN: never change."""

    def __init__(
        self,
        name: str,
        opts: ResourceOptions | None = None,
        inputs: Mapping[str, Input[Any]] | None = None,
    ) -> None:
        super().__init__(self.TYPE, name, inputs, opts)
        self.name = name

    def child(  # noqa: PLR0913, the options that a child may have, by name
        self,
        *,
        protect: bool | None = None,
        depends_on: Sequence[Resource] | None = None,
        provider: ProviderResource | None = None,
        ignore_changes: Sequence[str] | None = None,
        delete_before_replace: bool | None = None,
        hooks: ResourceHookBinding | None = None,
    ) -> ResourceOptions:
        """Options for a resource this component owns.

        ``protect`` is given for what holds state a person would miss: data, keys, clusters, networks. It is
        never inherited, so that a throw-away stack can be destroyed by one argument.
        """
        return ResourceOptions(
            parent=self,
            protect=protect,
            depends_on=list(depends_on) if depends_on is not None else None,
            provider=provider,
            ignore_changes=list(ignore_changes) if ignore_changes is not None else None,
            delete_before_replace=delete_before_replace,
            hooks=hooks,
        )

    def lookup(self, provider: ProviderResource | None = None) -> InvokeOutputOptions:
        """Options for a function call; without a parent it would run on an ambient default provider."""
        return InvokeOutputOptions(parent=self, provider=provider)

    def publish(self, **outputs: Input[Any] | None) -> None:
        """Record the outputs, in camelCase as other SDKs write them; the constructor's last statement."""
        self.register_outputs({_camel(key): value for key, value in outputs.items()})


def _camel(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(word.capitalize() for word in rest)
