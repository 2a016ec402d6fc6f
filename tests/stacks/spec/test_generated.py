"""What is generated is fresh, what is copied equals its source, and the examples are good examples."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stacks.spec import load, reference, refresh, schema, tables
from stacks.spec.types import AksSite, EksSite, OnPremSite

ROOT = Path(__file__).parents[3]
PLATFORMS = sorted((ROOT / "stacks" / "platforms").glob("*.yaml"))


def test_the_schema_is_fresh() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run python -m stacks.spec.schema"


def test_the_reference_is_fresh() -> None:
    page = reference.FILE.read_text(encoding="utf-8")

    written, marker, _ = page.partition(reference.MARKER)
    assert marker, "docs/spec.md has lost its marker line"
    assert page == written + reference.text(), "run python -m stacks.spec.reference"


def test_the_regions_are_those_of_botocore() -> None:
    assert tables.read("aws_regions")["regions"] == refresh.aws_regions(), "run python -m stacks.spec.refresh"


def test_the_instance_types_are_those_of_botocore() -> None:
    assert tables.read("ec2_instance_types")["families"] == refresh.instance_families(), (
        "run python -m stacks.spec.refresh"
    )


@pytest.mark.parametrize("file", sorted(tables.DATA.glob("*.json")), ids=lambda file: file.stem)
def test_every_table_names_its_source_and_day(file: Path) -> None:
    content = file.read_text(encoding="utf-8")

    assert '"source": ' in content
    assert len(json.loads(content)["read"]) == len("2026-11-23")


def test_the_tables_agree_with_each_other() -> None:
    assert set(tables.read("aws_zones")["zones"]) <= set(tables.aws_regions())
    for kind in tables.kinds().values():
        assert kind.version is None or kind.version in kind.versions
        assert kind.services is not None
        assert any(kind.services.subnet_of(block) for block in kind.services_limits.within)
        assert not any(kind.services.overlaps(reserved) for reserved in kind.reserved)
    assert {pool.size for pool in tables.kinds()["eks"].pools.values()} <= tables.instance_types()


@pytest.mark.parametrize(
    ("model", "kind", "keys"),
    [
        (OnPremSite, "openshift", ("pods", "services")),
        (OnPremSite, "kubernetes", ("services",)),
        (EksSite, "eks", ("services",)),
        (AksSite, "aks", ("pods", "services")),
    ],
)
def test_descriptions_name_the_defaults(model: type[OnPremSite], kind: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        assert f"`{getattr(tables.kinds()[kind], key)}`" in str(model.model_fields[key].description)


@pytest.mark.parametrize("file", PLATFORMS, ids=lambda file: file.stem)
def test_examples_are_valid_short_and_point_editors_to_the_schema(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    written = json.loads(schema.FILE.read_text(encoding="utf-8"))

    document = load(file)

    jsonschema.Draft202012Validator.check_schema(written)
    jsonschema.Draft202012Validator(written).validate(document.source.data)
    assert len(lines) < 60
    prefix = "# yaml-language-server: $schema="
    assert lines[0].startswith(prefix)
    assert (file.parent / lines[0].removeprefix(prefix)).resolve() == schema.FILE.resolve()


@pytest.mark.parametrize(
    "wrong",
    [
        {"platform": "Acme"},
        {"tags": {"aws-x": "y"}},
        {"tags": {"cost": 1}},
        {"sites": {}},
        {"sites": {"A": {"kind": "openshift", "context": "x", "country": "DE", "cidr": "10.0.0.0/16"}}},
        {"sites": {"a": {"kind": "openshift", "context": "x", "country": "XX", "cidr": "10.0.0.0/16"}}},
        {"sites": {"a": {"kind": "eks", "region": "moon-1", "cidr": "10.0.0.0/16"}}},
        {"sites": {"a": {"kind": "eks", "region": "eu-west-1", "cidr": "10.0.0.0/16", "zones": 5}}},
        {"unknown": 1},
    ],
)
def test_the_schema_marks_in_an_editor_what_the_reader_refuses(wrong: dict[str, Any]) -> None:
    valid = load(ROOT / "stacks" / "platforms" / "acme.yaml").source.data
    validator = jsonschema.Draft202012Validator(schema.schema())

    assert validator.is_valid(valid)
    assert not validator.is_valid({**valid, **wrong})


def test_checking_a_file_loads_no_sdk() -> None:
    program = (
        "import sys; from stacks import spec; from pathlib import Path; spec.load(Path(sys.argv[1]));"
        "print([name for name in ('pulumi', 'botocore', 'grpc', 'typer', 'requests') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(PLATFORMS[0])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"
