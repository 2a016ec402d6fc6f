"""CMP-016: a LimitRange for GPUs has a default of its own.

Source: Kubernetes documentation, "Limit Ranges"; retrospective of an MLOps platform; read 2026-11.
"""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
)


def _range(limits: Resource, settings: Settings) -> Iterator[Claim]:
    for row in limits["spec"]["limits"].each():
        container = row["type"].equals("Container")
        for name in settings.texts("gpuResources"):
            yield forbid(
                container & row["max"][name].present() & ~row["default"][name].present(),
                f"max is set for {name} and default is not, so every container of the namespace asks for it",
                at=row["max"],
            )


RULE = Rule(
    id="CMP-016",
    version=1,
    title="A LimitRange for GPUs has a default of its own",
    why="Where a LimitRange has max and no default for nvidia.com/gpu, Kubernetes takes the max "
    "as default, and every container of the namespace asks for GPUs.",
    fix='Add default and defaultRequest of "0" for the GPU resource, or leave max out and use a '
    "ResourceQuota.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={"kubernetes:core:LimitRange": _range},
    parameters={
        "gpuResources": Parameter(
            about="Names of the resources that GPUs are asked for by.",
            schema={"type": "array", "items": {"type": "string"}},
            default=["nvidia.com/gpu", "amd.com/gpu"],
        )
    },
)
