"""What an export has to be told, because no graph knows it; and the names that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Who speaks, of which platform, and when. The same graph and header give the same bytes."""

    platform: str
    """Name of the platform; part of every id."""
    time: datetime
    """When what is written held; an instant, with its time zone."""
    version: str
    """Version of Trunkline."""
    addresses: Mapping[str, str] = field(default_factory=dict[str, str])
    """Where stores are, by their id in the graph: ``{"store:raw": "s3://raw-4f2a"}``."""

    @property
    def instant(self) -> str:
        """The time in UTC, to the second, as every standard here wants it."""
        return self.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def day(self) -> str:
        """The day of the time, in UTC."""
        return self.instant.partition("T")[0]

    @property
    def producer(self) -> str:
        """A URI for this version of Trunkline."""
        return f"urn:trunkline:producer:{_quoted(self.version)}"

    @property
    def namespace(self) -> str:
        """What the names of nodes are unique in."""
        return f"trunkline://{_quoted(self.platform)}"

    def urn(self, *parts: str) -> str:
        """Return the URI of a node or of something that belongs to one; the same for every export."""
        return ":".join(["urn:trunkline", _quoted(self.platform), *map(_quoted, parts)])


def _quoted(text: str) -> str:
    # A name may hold anything; two different names stay different.
    return quote(text, safe=":", errors="surrogatepass")
