"""SEC-024: managed notebooks, jobs, models and workspaces live in a network of the company."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    require,
)
from policies.engine.data import read
from policies.engine.truth import YES

_TABLE: Final = read(Path(__file__).parent / "tables" / "managed_ml.toml")
_NETWORKS: Final = cast("Mapping[str, list[str]]", _TABLE["networks"])
_SETTINGS: Final = cast("list[dict[str, Any]]", _TABLE["settings"])
_WORKSPACE: Final = "azure-native:machinelearningservices:Workspace"


def _networked(resource: Resource, _: Settings) -> Iterator[Claim]:
    for path in _NETWORKS[resource.kind]:
        for holder in resource.properties.follow(path):
            subnets = holder["vpcConfig"]["subnets"]
            # A tuning job has one definition or several of them; the one that is not there needs no network.
            needed = holder.present() if path == "trainingJobDefinition" else YES
            yield require(
                needed.implies(subnets.filled() | holder["enableNetworkIsolation"].is_true()),
                "its containers run outside the networks of the company: vpcConfig names no subnets, and "
                "enableNetworkIsolation is not on",
                at=subnets,
            )


def _closed(resource: Resource, _: Settings) -> Iterator[Claim]:
    for entry in _SETTINGS:
        if entry["kind"] == resource.kind:
            value = resource[entry["path"]]
            yield require(value.one_of(entry["good"]), f"{entry['wrong']}: {value.path} is {value}", at=value)


def _notebook(notebook: Resource, settings: Settings) -> Iterator[Claim]:
    yield from _closed(notebook, settings)
    subnet = notebook["subnetId"]
    yield require(subnet.given(), "the notebook is in no subnet of the company", at=subnet)


def _workspace(workspace: Resource, settings: Settings) -> Iterator[Claim]:
    yield from _closed(workspace, settings)
    mode = workspace["managedNetwork"]["isolationMode"]
    allowed = settings.texts("isolationModes")
    yield require(
        mode.one_of(allowed),
        f"jobs of the workspace reach where they like: isolationMode is {mode}, not {' or '.join(allowed)}",
        at=mode,
    )


def _compute(compute: Resource, _: Settings) -> Iterator[Claim]:
    own = compute["properties"]
    public = own["properties"]["enableNodePublicIp"]
    yield require(
        own["computeType"].one_of(("AmlCompute", "ComputeInstance")).implies(public.equals(expected=False)),
        f"its nodes have public addresses: enableNodePublicIp is {public}, not false",
        at=public,
    )


RULE = Rule(
    id="SEC-024",
    version=1,
    title="Managed machine learning is isolated from the internet",
    why="A notebook holds data and credentials, and runs whatever somebody pastes into it.",
    fix="Give models, jobs and notebooks subnets (vpcConfig, subnetId), use VpcOnly domains, and turn "
    "public access of workspaces off with a managed network that allows approved destinations only.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        **dict.fromkeys(_NETWORKS, _networked),
        "aws:sagemaker/domain:Domain": _closed,
        "aws:sagemaker/notebookInstance:NotebookInstance": _notebook,
        "azure-native:machinelearningservices:Compute": _compute,
        "azure-native:machinelearningservices:Registry": _closed,
        _WORKSPACE: _workspace,
    },
    parameters={
        "isolationModes": Parameter(
            about="The ways in which the managed network of an Azure ML workspace may be isolated.",
            schema={"type": "array", "items": {"type": "string"}},
            default=["AllowOnlyApprovedOutbound"],
        )
    },
)
