"""What a file says of a resource is what the engine tells the policy pack, and so are the findings.

The real engine runs the programs, against simulated providers.
"""

import dataclasses
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from policies.engine import Resource
from policies.engine.offline import Kind, Snapshot, read
from policies.engine.values import UNKNOWN, Secret, Value
from stacks.cli import app
from stacks.sandbox import Sandbox
from tests.support.engine import Project, ProjectFactory

pytestmark = pytest.mark.engine

RECORDER = Path(__file__).parent / "recorder"
PACK = Path(__file__).resolve().parents[3] / "policies"

PROGRAM = """
import pulumi
import pulumi_aws as aws

provider = aws.Provider("aws", region="eu-central-1")
region = pulumi.ResourceOptions(provider=provider)


class Store(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("own:store:Store", name, {"key": pulumi.Output.secret("hunter2")})
        own = pulumi.ResourceOptions(parent=self, provider=provider)
        bucket = aws.s3.Bucket(f"{name}-bucket", opts=own)
        self.register_outputs({"bucket": bucket.bucket})


Store("raw")
docs = aws.s3.Bucket("docs", bucket="docs", tags={"token": pulumi.Output.secret("hunter2")}, opts=region)
aws.s3.BucketAcl("docs-acl", bucket=docs.bucket, acl="public-read", opts=region)
statement = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": docs.arn,
}
aws.s3.BucketPolicy(
    "docs-policy",
    bucket=docs.bucket,
    policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]}),
    opts=region,
)
aws.s3.Bucket.get("known", docs.id, opts=region)
pulumi.export("arn", docs.arn)
pulumi.export("token", pulumi.Output.secret("hunter2"))
"""

RENAMED = PROGRAM.replace('"docs", bucket="docs"', '"docs", bucket="papers"')


@pytest.fixture
def stack(project: ProjectFactory, tmp_path: Path) -> Iterator[Callable[[str], Project]]:
    with Sandbox(tmp_path / "sandbox").start() as running:
        extra = {"RECORD": str(tmp_path / "record"), "PULUMI_DEBUG_COMMANDS": "true"}
        yield lambda program: project(program, **running.environment, **extra)


def told(made: Project) -> Mapping[str, Resource]:
    """What the engine told the pack in its last run, by URN."""
    record = Path(made.environment["RECORD"]).read_bytes()
    resources: list[Resource] = pickle.loads(record)  # noqa: S301 - our own recorder wrote it
    return {resource.urn: resource for resource in resources}


def previewed(made: Project, *options: str) -> str:
    """Run a preview with the recorder; return its document."""
    return made.pulumi("preview", "--json", "--policy-pack", str(RECORDER), *options).stdout


def update(made: Project) -> None:
    made.pulumi("up", "--yes", "--skip-preview", "--policy-pack", str(RECORDER))


def exported(made: Project, *options: str) -> Snapshot:
    return read(made.pulumi("stack", "export", *options).stdout)


def masked(value: Value) -> Value:
    match value:
        case Secret():
            return Secret(UNKNOWN)
        case Mapping():
            return {key: masked(item) for key, item in value.items()}
        case list():
            return [masked(item) for item in value]
        case _:
            return value


def difference(
    snapshot: Snapshot, seen: Mapping[str, Resource], *left_out: str, mask: bool = False
) -> dict[str, tuple[Any, Any]]:
    """Return what a file and the engine do not say alike, by resource and field.

    Args:
        snapshot: What the file says.
        seen: What the engine told the pack.
        left_out: Fields that one of them cannot know.
        mask: Whether the file shows no secret.
    """

    def of(resource: Resource | None, field: str) -> Any:
        value = getattr(resource, field, None)
        return masked(value) if mask and field in {"inputs", "outputs"} else value

    found = {resource.urn: resource for resource in snapshot.resources}
    fields = {field.name for field in dataclasses.fields(Resource)} - {"source_position", *left_out}
    return {
        f"{urn}: {field}": (one, other)
        for urn in {*found, *seen}
        for field in fields
        if (one := of(found.get(urn), field)) != (other := of(seen.get(urn), field))
    }


def test_a_state_says_what_the_pack_was_told(stack: Callable[[str], Project], tmp_path: Path) -> None:
    """Decrypted it says the same, encrypted and as the backend keeps it the same but for the secrets."""
    made = stack(PROGRAM)
    update(made)
    plain = exported(made, "--show-secrets")
    assert (plain.kind, plain.project, plain.stack) == (Kind.STATE, "inline", "dev")
    assert plain.left_out == {"only read by the program": 1}
    assert difference(plain, told(made)) == {}
    assert "hunter2" not in repr(plain)

    assert "hunter2" not in made.pulumi("stack", "export").stdout
    (checkpoint,) = (tmp_path / "state" / ".pulumi" / "stacks" / "inline").glob("dev.json")
    for encrypted in (exported(made), read(checkpoint.read_text())):
        assert difference(encrypted, told(made), mask=True) == {}
        assert any("--show-secrets" in note for note in encrypted.notes)


def test_a_preview_says_what_the_pack_was_told(stack: Callable[[str], Project], tmp_path: Path) -> None:
    made = stack(PROGRAM)
    log = tmp_path / "events.json"
    document = previewed(made, "--event-log", str(log))
    seen, digest, events = told(made), read(document), read(log.read_text())
    assert digest.kind is Kind.PREVIEW
    assert difference(digest, seen, "outputs", mask=True) == {}
    assert difference(events, seen, "dependencies", "property_dependencies", mask=True) == {}
    assert "hunter2" not in document + log.read_text()

    lines = (made.folder / "__main__.py").read_text().splitlines()
    positions = {one.name: one.source_position for one in digest.resources}
    (acl,) = (number for number, line in enumerate(lines, start=1) if "docs-acl" in line)
    (provider,) = (number for number, line in enumerate(lines, start=1) if "aws.Provider" in line)
    assert positions["docs-acl"] == f"__main__.py:{acl}"
    assert positions["aws"] == f"__main__.py:{provider}"  # not the line of the SDK that registered it


def test_a_preview_of_a_change_holds_what_stays_and_not_what_goes(stack: Callable[[str], Project]) -> None:
    made = stack(PROGRAM)
    update(made)
    before = exported(made)
    (made.folder / "__main__.py").write_text(RENAMED.replace('Store("raw")', 'Store("new")'))
    digest = read(previewed(made, "--show-sames", "--show-replacement-steps"))
    seen = told(made)
    assert difference(digest, seen, "outputs", mask=True) == {}
    assert not [one.urn for one in digest.resources if "raw" in one.name]
    (unchanged,) = (one for one in digest.resources if one.type == "pulumi:providers:aws")
    assert unchanged.outputs == seen[unchanged.urn].outputs
    assert digest.existing == before.existing & set(seen)
    assert digest.as_of == before.as_of != ""


# -- the command, against what the real pack reported --------------------------------------------------------


def reported(log: Path) -> set[tuple[str, ...]]:
    """Everything that the pack reported in a run: rule, resource, enforcement, sentence."""
    events = [json.loads(line).get("policyEvent") for line in log.read_text().splitlines()]
    return {
        (
            event["policyName"],
            event.get("resourceUrn", ""),
            event["enforcementLevel"],
            event["message"].strip(),
        )
        for event in events
        if event is not None
    }


def scanned(text: str, capsys: pytest.CaptureFixture[str], *options: str) -> set[tuple[str, ...]]:
    """The same of a file, as the command reports it."""
    file = Path("scanned")
    file.write_text(text)
    app.run(["scan", str(file), "--format", "json", *options])
    return told_by(capsys)


def told_by(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for each in json.loads(capsys.readouterr().out)["findings"]:
        state = "deferred: " if each["deferred"] else ""
        where = f"{each['path']}: " if each["path"] else ""
        sentence = f"{state}{where}{each['message']}.\nFix: {each['fix']}"
        found.add((each["rule"], each["resource"]["urn"], each["enforcement"], sentence))
    return found


def test_the_command_finds_in_files_what_the_pack_found_in_the_engine(
    stack: Callable[[str], Project],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One program, seen by the pack in a preview and in an update, and by the command in what they leave."""
    made, log, config = stack(PROGRAM), tmp_path / "events.json", tmp_path / "config.json"
    config.write_text('{"all": "advisory"}')
    pack = ("--policy-pack", str(PACK), "--policy-pack-config", str(config), "--event-log", str(log))
    monkeypatch.chdir(made.folder)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)

    document = made.pulumi("preview", "--json", *pack).stdout
    in_preview = reported(log)
    assert {rule for rule, *_ in in_preview} >= {"SEC-001", "SEC-003"}
    assert any(sentence.startswith("deferred: ") for *_, sentence in in_preview)
    assert scanned(document, capsys, "--config", str(config)) == in_preview

    made.pulumi("up", "--yes", "--skip-preview", *pack)
    in_update = reported(log)
    assert in_update != in_preview
    exported_text = made.pulumi("stack", "export").stdout
    assert scanned(exported_text, capsys, "--config", str(config)) == in_update

    assert app.run(["scan", "--stack", "dev", "--format", "json", "--config", str(config)]) == 0
    assert told_by(capsys) == in_update
    assert app.run(["scan", "--stack", "nowhere"]) == 2
    assert (
        "the state of nowhere cannot be exported: no stack named 'nowhere' found" in capsys.readouterr().err
    )
