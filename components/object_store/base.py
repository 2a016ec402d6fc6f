"""What every object store promises its callers."""

from pulumi import Output

from components.core import PlatformComponent


class ObjectStore(PlatformComponent):
    """Object storage that is versioned, encrypted, private, cleaned up, and reached over TLS only."""

    uri: Output[str]
    """Address of the store, in the scheme its clients use."""
    log_target: Output[str]
    """What another store at the same site is given to send its access logs here."""
