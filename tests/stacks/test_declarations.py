"""What a platform file declares, as nodes: nothing is lost on the way, and every edge knows its line."""

from pathlib import Path
from typing import Any

import pytest

from components.catalogue import NODES
from policies import linkage
from policies.engine import Inventory
from stacks import gate
from stacks.declarations import Declaration, declarations
from stacks.spec import load

ROOT = Path(__file__).resolve().parents[2]
FILE = """\
platform: acme
environment: staging
owner: {team: ml, contact: ml@acme.example}
sites:
  dc1: {kind: openshift, context: dc1, country: DE, cidr: 10.0.0.0/16, bucketClass: rgw}
  aws: {kind: eks, region: eu-central-1, cidr: 10.1.0.0/16}
objectStores:
  raw: {site: dc1}
  models: {site: aws}
sources:
  feed: {license: CC-BY-4.0, thirdParty: false, retention: 30d}
datasets:
  clicks: {store: raw, from: [feed], retention: 1y, storageAllowed: [EU], schema: clicks.yaml}
features:
  seven: {reads: [clicks], site: aws, store: models, expects: {clicks: [user_id]}}
models:
  base: {store: models, thirdParty: true, license: Apache-2.0}
  ranker:
    reads: [seven, clicks]
    base: base
    site: aws
    store: models
    evaluatedOn: [clicks]
    reduces: [{technology: differential-privacy, removes: [pi]}]
endpoints:
  rank: {serves: ranker, site: aws, reads: [seven], feeds: [clicks], stage: production}
"""


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    (tmp_path / "clicks.yaml").write_text("fields:\n  - {name: user_id, type: string}\n")
    file = tmp_path / "acme.yaml"
    file.write_text(FILE)
    return file


def by_node(file: Path) -> dict[str, Declaration]:
    return {item.properties["node"]: item for item in declarations(load(file))}


def edges(item: Declaration) -> list[tuple[str, str, str]]:
    return [(edge["node"], edge["edge"], edge["position"]) for edge in item.properties["inputs"]]


def test_every_entry_is_a_node_and_what_happens_between_them_too(platform: Path) -> None:
    assert list(by_node(platform)) == [
        "source:feed",
        "dataset:clicks",
        "featureView:seven",
        "model:base",
        "training:ranker",
        "evaluation:ranker",
        "model:ranker",
        "endpoint:rank",
    ]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (
            "dataset:clicks",
            [
                ("source:feed", "derivedFrom", "acme.yaml:13"),
                ("endpoint:rank", "fedBack", "acme.yaml:26"),
            ],
        ),
        ("featureView:seven", [("dataset:clicks", "readsFrom", "acme.yaml:15")]),
        ("model:base", []),
        (
            "training:ranker",
            [
                ("featureView:seven", "trainedOn", "acme.yaml:19"),
                ("dataset:clicks", "trainedOn", "acme.yaml:19"),
                ("model:base", "basedOn", "acme.yaml:20"),
            ],
        ),
        ("evaluation:ranker", [("dataset:clicks", "testedOn", "acme.yaml:23")]),
        (
            "model:ranker",
            [
                ("training:ranker", "producedBy", "acme.yaml:18"),
                ("evaluation:ranker", "evaluatedBy", "acme.yaml:23"),
            ],
        ),
        (
            "endpoint:rank",
            [
                ("model:ranker", "servedBy", "acme.yaml:26"),
                ("featureView:seven", "readsFrom", "acme.yaml:26"),
            ],
        ),
    ],
)
def test_every_name_in_an_entry_is_an_edge_with_its_line(
    platform: Path, node: str, expected: list[tuple[str, str, str]]
) -> None:
    assert edges(by_node(platform)[node]) == expected


def test_a_place_says_where_it_is(platform: Path) -> None:
    nodes = by_node(platform)

    assert nodes["dataset:clicks"].properties["places"] == [
        {"role": "storedIn", "node": "store:raw", "site": "dc1", "provider": "onprem", "country": "DE"}
    ]
    aws = {"site": "aws", "provider": "aws", "region": "eu-central-1", "country": "DE"}
    assert nodes["featureView:seven"].properties["places"] == [
        {"role": "processedIn", "node": "compute:aws", **aws},
        {"role": "storedIn", "node": "store:models", **aws},
    ]
    assert nodes["model:ranker"].properties["places"] == [
        {"role": "registeredIn", "node": "store:models", **aws}
    ]


@pytest.mark.parametrize(
    ("node", "key", "value"),
    [
        ("source:feed", "thirdParty", False),
        ("source:feed", "retentionDays", 30),
        ("dataset:clicks", "retentionDays", 365),
        ("dataset:clicks", "storageAllowed", ["EU"]),
        ("dataset:clicks", "path", "clicks"),
        ("featureView:seven", "expects", [{"node": "dataset:clicks", "fields": [{"name": "user_id"}]}]),
        ("model:base", "thirdParty", True),
        ("model:ranker", "stage", "staging"),
        ("training:ranker", "reduces", [{"technology": "differential-privacy", "removes": ["pi"]}]),
        ("endpoint:rank", "stage", "production"),
        ("endpoint:rank", "exposure", "internal"),
        ("endpoint:rank", "commercial", True),
        ("endpoint:rank", "feeds", ["dataset:clicks"]),
    ],
)
def test_what_an_entry_says_is_kept(platform: Path, node: str, key: str, value: Any) -> None:
    assert by_node(platform)[node].properties[key] == value


def test_a_split_for_training_and_evaluation_can_be_told(platform: Path) -> None:
    """Without it, a model whose two datasets were made from one source is judged on what it learned from."""
    digest = "sha256:" + "0" * 63
    part = "store: raw, from: [clicks], digest: '{}', partition: {{of: clicks, name: {}}}"
    split = FILE.replace("reads: [seven, clicks]", "reads: [train]").replace(
        "evaluatedOn: [clicks]", "evaluatedOn: [test]"
    )
    for name, last in (("train", "1"), ("test", "2")):
        entry = part.format(digest + last, name)
        split = split.replace("features:\n", f"  {name}: {{{entry}}}\nfeatures:\n", 1)
    platform.write_text(split.replace("feeds: [clicks], ", ""))

    found = by_node(platform)
    assert found["dataset:test"].properties["partition"] == {"of": "dataset:clicks", "name": "test"}
    judged = gate.judge(tuple(found.values()), gate.configuration(None)).findings
    assert [finding.message for finding in judged if finding.rule == "PRV-021"] == []

    platform.write_text(platform.read_text().replace(", partition: {of: clicks, name: test}", ""))
    judged = gate.judge(tuple(by_node(platform).values()), gate.configuration(None)).findings
    assert [finding.verdict for finding in judged if finding.rule == "PRV-021"] == ["fail"]


def test_fields_come_with_a_digest_that_a_comment_does_not_change(platform: Path) -> None:
    schema = by_node(platform)["dataset:clicks"].properties["schema"]
    assert schema["fields"] == [{"name": "user_id", "type": "string", "nullable": False}]

    fields = platform.with_name("clicks.yaml")
    fields.write_text("# who\nfields:\n  - name: user_id\n    type: string\n    description: Who it was.\n")
    assert by_node(platform)["dataset:clicks"].properties["schema"]["digest"] == schema["digest"]

    fields.write_text("fields:\n  - {name: user_id, type: string, nullable: true}\n")
    assert by_node(platform)["dataset:clicks"].properties["schema"]["digest"] != schema["digest"]


def test_positions_are_told_from_the_folder_that_is_asked_for(platform: Path) -> None:
    here = declarations(load(platform), root=platform.parents[1])

    assert here[0].properties["position"] == f"{platform.parent.name}/acme.yaml:11"
    assert declarations(load(platform), root=Path("/elsewhere"))[0].properties["position"] == "acme.yaml:11"


def test_the_components_know_every_kind_of_node(platform: Path) -> None:
    assert {item.type for item in declarations(load(platform))} == set(NODES)


def test_the_example_is_one_graph_without_a_loose_end() -> None:
    file = ROOT / "stacks" / "platforms" / "acme.yaml"
    found = linkage.of(Inventory(gate.resources(declarations(load(file)))))

    assert found.dangling == []
    assert all(found.complete(node) for node in found.nodes)
    assert all(
        found.into(node, flow_only=False) or found.out_of(node, flow_only=False) for node in found.nodes
    )
