"""What a namespace promises its callers."""

from pulumi import Output

from components.core import PlatformComponent


class Namespace(PlatformComponent):
    """A namespace where a pod gets nothing that it does not ask for."""

    namespace: Output[str]
    """The namespace's name."""
