"""The platform file: its language, its reader and its checks. Imports no Pulumi and no provider SDK."""

from stacks.spec.document import Document, load
from stacks.spec.problems import KeyPath, Position, Problem, SpecError
from stacks.spec.resolve import AnySite, SiteRanges, node_pools, ranges, version

__all__ = [
    "AnySite",
    "Document",
    "KeyPath",
    "Position",
    "Problem",
    "SiteRanges",
    "SpecError",
    "load",
    "node_pools",
    "ranges",
    "version",
]
