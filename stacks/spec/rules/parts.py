"""What a rule sees of a file."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from stacks.spec import resolve
from stacks.spec.data_entries import Data
from stacks.spec.fields import Fields
from stacks.spec.problems import KeyPath, Problem
from stacks.spec.reader import Source
from stacks.spec.types import AksSite, EksSite, ObjectStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The entries of a file that are right by themselves, and the names of all of them."""

    source: Source
    sites: Mapping[str, resolve.AnySite]
    stores: Mapping[str, ObjectStore]
    site_names: Collection[str]
    """Of every site, broken ones too, so that nobody is told that a site does not exist."""
    store_names: Collection[str]
    data: Data
    fields: Fields
    """The files of fields that entries name, as far as they could be read."""

    def eks(self) -> Iterator[tuple[str, EksSite]]:
        """EKS sites, by name."""
        return ((name, site) for name, site in self.sites.items() if isinstance(site, EksSite))

    def aks(self) -> Iterator[tuple[str, AksSite]]:
        """AKS sites, by name."""
        return ((name, site) for name, site in self.sites.items() if isinstance(site, AksSite))

    def line(self, *path: str | int) -> int:
        """The line where an entry stands, or where its parent does if it is not in the file."""
        return self.source.locate(path).line

    def declares(self, *path: str | int) -> bool:
        """Whether the entry is in the file."""
        return path in self.source.keys

    def problem(  # noqa: PLR0913 - the parts of a Problem, by name
        self, path: KeyPath, code: str, found: str, *, allowed: str = "", fix: str, near: str | None = None
    ) -> Problem:
        """A problem of the value at ``path``."""
        where = self.source.value_at(path)
        return Problem(code=code, where=where, path=path, found=found, allowed=allowed, fix=fix, nearest=near)
