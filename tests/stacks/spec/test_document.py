"""What ``load`` gives, and how it speaks when it gives nothing."""

import json
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from pydantic import ValidationError

from stacks.spec import Position, SiteRanges, SpecError, load, node_pools, version
from stacks.spec.problems import dotted, shown
from stacks.spec.scalars import NodeRange
from stacks.spec.types import AksSite, EksSite, OnPremSite

PLATFORMS = Path(__file__).parents[3] / "stacks" / "platforms"
HEAD = "platform: acme\nowner: {team: ml, contact: ml@acme.example}\n"
DC1 = "  dc1: {kind: openshift, context: dc1, country: DE, cidr: 10.0.0.0/16}\n"


def write(folder: Path, text: str) -> Path:
    file = folder / "platform.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_values_become_what_they_mean() -> None:
    platform = load(PLATFORMS / "acme.yaml").platform

    dc1, aws, az = platform.sites["dc1"], platform.sites["aws"], platform.sites["az"]
    assert isinstance(dc1, OnPremSite)
    assert isinstance(aws, EksSite)
    assert isinstance(az, AksSite)
    assert dc1.country == "DE"
    assert aws.cidr == IPv4Network("10.1.0.0/16")
    assert aws.node_pools is not None
    assert aws.node_pools["general"].nodes == NodeRange(2, 4)
    assert platform.object_stores["scores"].expire_after == timedelta(days=7 * 365)
    assert platform.object_stores["scores"].noncurrent_after == timedelta(days=30)


def test_nothing_in_a_platform_can_be_changed() -> None:
    platform = load(PLATFORMS / "acme.yaml").platform

    with pytest.raises(ValidationError, match="frozen"):
        platform.platform = "other"  # pyright: ignore[reportAttributeAccessIssue] - the point of the test


def test_entries_are_found_in_the_file() -> None:
    file = PLATFORMS / "acme.yaml"
    document = load(file)
    lines = file.read_text(encoding="utf-8").splitlines()

    cidr = document.locate(("sites", "aws", "cidr"))
    assert lines[cidr.line - 1][cidr.column - 1 :].startswith("cidr: 10.1.0.0/16")
    admin = document.locate(("sites", "aws", "admins", 0))
    assert lines[admin.line - 1][admin.column - 1 :].startswith('"arn:aws')


def test_an_entry_that_is_not_written_is_where_its_parent_is() -> None:
    document = load(PLATFORMS / "acme.yaml")

    assert document.locate(("sites", "aws", "services")) == document.locate(("sites", "aws"))
    assert document.locate(("nothing", "here")) == Position(PLATFORMS / "acme.yaml", 1, 1)


def test_defaults_are_filled_in_beside_the_platform() -> None:
    document = load(PLATFORMS / "acme.yaml")
    az = document.platform.sites["az"]
    assert isinstance(az, AksSite)

    assert az.services is None
    assert document.ranges("az") == SiteRanges(
        nodes=IPv4Network("10.2.0.0/16"),
        pods=IPv4Network("10.244.0.0/16"),
        services=IPv4Network("172.29.0.0/16"),
    )
    assert document.ranges("aws").pods == IPv4Network("10.1.0.0/16")
    assert version(az) == "1.35"
    assert {name: str(pool.nodes) for name, pool in node_pools(az).items()} == {"system": "2..4"}


def test_what_a_file_declares_is_not_replaced_by_a_default(tmp_path: Path) -> None:
    ranges = "cidr: 10.1.0.0/16, pods: 10.2.0.0/16, services: 10.3.0.0/24"
    site = f"sites:\n  az: {{kind: aks, region: westeurope, {ranges}}}\n"
    document = load(write(tmp_path, HEAD + site))

    assert document.ranges("az") == SiteRanges(
        nodes=IPv4Network("10.1.0.0/16"), pods=IPv4Network("10.2.0.0/16"), services=IPv4Network("10.3.0.0/24")
    )


@pytest.mark.parametrize(("text", "days"), [("400d", 400), ("8w", 56), ("2y", 730), ("100y", 36500)])
def test_durations_are_whole_days(tmp_path: Path, text: str, days: int) -> None:
    store = f"sites:\n{DC1}objectStores:\n  logs: {{site: dc1, expireAfter: {text}}}\n"

    assert load(write(tmp_path, HEAD + store)).platform.object_stores["logs"].expire_after == timedelta(
        days=days
    )


@pytest.mark.parametrize("path", ["a/../config", "..", "a/..", '"a\\0b"', ".", "''"])
def test_paths_have_one_spelling_and_stay_inside(tmp_path: Path, path: str) -> None:
    site = DC1.replace("cidr", f"kubeconfig: {path}, cidr")

    assert [text.split(": ")[1] for text in problems(tmp_path, HEAD + "sites:\n" + site)] == [
        "sites.dc1.kubeconfig"
    ]


def test_a_sentence_never_quotes_a_credential_or_a_control_character() -> None:
    assert shown("x AKIAIOSFODNN7EXAMPLE") == "<a credential, not shown>"
    assert shown("a\x1b[31m\n" + "b" * 100) == "'a\\x1b[31m\\n" + "b" * 52 + "…'"
    assert dotted(("sites", "\x1b", 0)) == "sites.'\\x1b'[0]"


def test_norway_is_a_country_and_a_byte_order_mark_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    site = "sites:\n  osl: {kind: openshift, context: osl, country: NO, cidr: 10.0.0.0/16}\n"
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + site).encode())

    osl = load(file).platform.sites["osl"]

    assert isinstance(osl, OnPremSite)
    assert osl.country == "NO"
    file.write_bytes(b"\xef\xbb\xbfplatfrom: a\n")
    with pytest.raises(SpecError, match=":1:1: platfrom: This key is unknown"):
        load(file)


def test_all_problems_of_a_file_are_reported_in_its_order(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        HEAD
        + "sites:\n"
        + "  a: {kind: eks, region: eu-west-1, cidr: 10.0.0.0/16, zones: nine}\n"
        + "  b: {kind: eks, region: eu-west-1, cidr: &x 10.1.0.0/16}\n"
        + "  c: {kind: eks, region: eu-west-1, cidr: 10.1.0.0/17, services: 172.21.0.0/16}\n"
        + "objectStores:\n"
        + "  logs: {site: d}\n"
        + "tgas: {}\n",
    )

    assert [text.split(": ", maxsplit=2)[:2] for text in found] == [
        [f"{tmp_path}/platform.yaml:4:63", "sites.a.zones"],
        [f"{tmp_path}/platform.yaml:5:43", "sites.b.cidr"],
        [f"{tmp_path}/platform.yaml:6:43", "sites.c.cidr"],
        [f"{tmp_path}/platform.yaml:8:16", "objectStores.logs.site"],
        [f"{tmp_path}/platform.yaml:9:1", "tgas"],
    ]


def test_a_broken_site_is_not_called_missing(tmp_path: Path) -> None:
    found = problems(
        tmp_path, HEAD + "sites:\n  aws: {kind: eks, cidr: 10.0.0.0/16}\nobjectStores:\n  logs: {site: aws}\n"
    )

    assert [text.split(": ")[1] for text in found] == ["sites.aws.region"]


def test_an_error_is_a_sentence_for_people_and_data_for_machines(tmp_path: Path) -> None:
    file = write(tmp_path, HEAD + "sites:\n  aws: {kind: eks, region: eu-wst-1, cidr: 10.0.0.0/16}\n")
    with pytest.raises(SpecError) as caught:
        load(file)

    assert SpecError.__trunkline_sentence__ is True
    assert str(caught.value) == (
        f"{file} has a problem:\n\n"
        f"  {file}:4:28: sites.aws.region: 'eu-wst-1' is not an AWS region that offers EKS.\n"
        "      Did you mean 'eu-west-1'?\n"
        "      Allowed: eu-west-1, us-west-1, eu-west-3, eu-west-2, eu-south-1 and 41 more, "
        "listed in stacks/spec/data/aws_regions.json\n"
        "      Fix: Write it like 'eu-west-1'."
    )
    (problem,) = json.loads(json.dumps([problem.as_dict() for problem in caught.value.problems]))
    assert (problem["line"], problem["column"], problem["path"]) == (4, 28, ["sites", "aws", "region"])
    assert (problem["code"], problem["nearest"]) == ("aws-region", "eu-west-1")


@pytest.mark.parametrize(
    "credential",
    [
        "ASIAIOSFODNN7EXAMPLE",
        "ghp_" + "a" * 36,
        "pul-" + "0" * 40,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x",
        "AccountKey=" + "A" * 40,
    ],
)
@pytest.mark.parametrize("place", ["context: {}", "{}: x", "context: [{}", "zones: {}", "kind: {}", "# {}"])
def test_a_credential_is_refused_and_never_shown(tmp_path: Path, credential: str, place: str) -> None:
    file = write(tmp_path, HEAD + "sites:\n  a:\n    kind: openshift\n    " + place.format(credential) + "\n")
    with pytest.raises(SpecError) as caught:
        load(file)

    data = json.dumps([problem.as_dict() for problem in caught.value.problems])
    assert "secret" in {problem.code for problem in caught.value.problems}
    assert credential not in str(caught.value) + repr(caught.value) + data


def test_an_escape_does_not_hide_a_credential(tmp_path: Path) -> None:
    found = problems(tmp_path, HEAD + r'tags: {key: "AKI\x41IOSFODNN7EXAMPLE"}' + "\n")

    assert any("A credential stands here (not shown)" in text for text in found)


def test_an_unreadable_file_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, HEAD)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # file modes say nothing to root, who may run the tests

    with pytest.raises(SpecError, match="This file may not be read"):
        load(file)
