"""Broken contracts, and what is to be said about each: the problem, its place, and what to do."""

from pathlib import Path

from tests.stacks.imports import corpus_standards
from tests.stacks.imports.case import Case, odcs
from tests.stacks.imports.platforms import CROISSANT, LINE, ODCS


def _gone(folder: Path) -> None:
    (folder / "contracts" / "clicks.contract").unlink()


def _folder(folder: Path) -> None:
    _gone(folder)
    (folder / "contracts" / "clicks.contract").mkdir()


def _link(folder: Path) -> None:
    _gone(folder)
    (folder / "contracts" / "clicks.contract").symlink_to("/etc/hostname")


_UNREADABLE = (
    Case("missing", "", 1, "", "missing-file", ("There is no such file",), make=_gone),
    Case("folder", "", 1, "", "not-a-file", ("This is a folder",), make=_folder),
    Case(
        "link-out",
        "",
        LINE,
        "datasets.clicks.contract",
        "path-escape",
        ("leads out",),
        platform=True,
        make=_link,
    ),
    Case(
        "path-with-dots",
        "",
        LINE,
        "datasets.clicks.contract",
        "path-escape",
        ("leads out of the folder",),
        said={"contract": "../clicks.yaml"},
        platform=True,
    ),
    Case("empty", "", 1, "", "empty", ("This file is empty", "an example of the standard")),
    Case("list", "[1, 2]", 1, "", "not-a-mapping", ("The file holds a list", "Name a contract")),
    Case("huge", "a: 1\n" * 500_000, 1, "", "too-large", ("1024 KiB", "Split the contract")),
    Case("deep", "a: " + "[" * 5000, 1, "", "too-deep", ("16 levels", "No contract needs as many")),
    Case("image", b"\x89PNG\r\n\x1a\n", 1, "", "not-utf-8", ("0x89 is not UTF-8",)),
    Case(
        "two-documents",
        ODCS + "---\na: 1\n",
        "---",
        "",
        "second-document",
        ("Keep one contract in one file",),
    ),
    Case("cut-off", CROISSANT[:900], 27, "", "syntax", ("A value is missing before this",), problems=None),
    Case("anchor", odcs(("status: active", "status: &a active")), "&a", "status", "anchor", ("An anchor",)),
    Case(
        "secret",
        odcs(("location: ", "password: AKIAIOSFODNN7EXAMPLE, location: ")),
        "AKIA",
        "servers[0].password",
        "secret",
        ("A credential stands here (not shown)",),
    ),
    Case(
        "something-else",
        "services: {web: {image: nginx}}\n",
        1,
        "",
        "not-a-contract",
        ("neither a data contract",),
    ),
    Case("kind-misspelled", "apiVersions: v3.1.0\n", 1, "", "not-a-contract", ("Did you mean 'apiVersion'",)),
    Case(
        "half-a-character",
        odcs(("Who clicked.", r'"\ud83e"')),
        r"\ud83e",
        "schema[0].properties[0].description",
        "character",
        ("half of a character",),
    ),
)

_LOOSENED = (
    Case(
        "more-open",
        ODCS,
        LINE,
        "datasets.clicks.confidentiality",
        "contract-loosened",
        ("which contracts/clicks.contract:", "says (schema[0].properties[0].classification)"),
        said={"confidentiality": "public"},
        platform=True,
    ),
    Case(
        "kept-longer",
        CROISSANT,
        LINE,
        "datasets.clicks.retention",
        "contract-loosened",
        ("'400d' is longer than '90d', which contracts/clicks.contract:",),
        said={"retention": "400d"},
        platform=True,
    ),
    Case(
        "licence-dropped",
        CROISSANT,
        LINE,
        "datasets.clicks.license",
        "contract-loosened",
        ("'MIT' does not keep to 'CC-BY-4.0'",),
        said={"license": "MIT"},
        platform=True,
    ),
)

CASES = (*_UNREADABLE, *corpus_standards.CASES, *_LOOSENED)
