"""Reports: one plain type that says what a scan found, and one module for each format that shows it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policies.report.model import Report

FORMATS: Final[Mapping[str, str]] = {"terminal": "terminal", "json": "json_document", "sarif": "sarif"}
"""The name of each format, and the module that writes it."""


def render(report: "Report", form: str) -> str:
    """Return ``report`` as text in one of :data:`FORMATS`; only that format's module is imported."""
    write: Callable[[Report], str] = import_module(f"{__name__}.{FORMATS[form]}").render
    return write(report)
