"""What a site is, said without naming a cloud."""

from dataclasses import dataclass

from components.core import Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteSpec:
    """The part of the arguments that every kind of site honours."""

    tags: Tags
