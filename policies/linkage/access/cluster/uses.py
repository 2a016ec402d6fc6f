"""What pods take in: volumes, and environment from secrets and ConfigMaps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from policies.engine import View
from policies.engine.truth import YES
from policies.engine.values import Absent
from policies.linkage.access.cluster.objects import Objects, Workload
from policies.linkage.access.lookup import reading
from policies.linkage.access.model import Action, Grant
from policies.linkage.access.tables import KUBERNETES
from policies.linkage.access.targets import Targets
from policies.shapes import pods

_USES: Final = cast("Mapping[str, Sequence[Mapping[str, str]]]", KUBERNETES["uses"])
_CLAIMS: Final = "claims"


@dataclass(frozen=True, slots=True, eq=False)
class _Use:
    of: str
    name: View
    at: View


def grants(objects: Objects, targets: Targets) -> Iterator[Grant]:
    """Yield what workloads may do because their pods take it in.

    Credentials open a store for reading and writing: what else limits them is not told here.
    """
    for workload in objects.workloads:
        for use in _uses(workload):
            for door, holds in objects.named(use.of, workload, use.name):
                # A volume is written to unless it says otherwise.
                writes = ~use.at["readOnly"].is_true() if use.of == _CLAIMS else YES
                for target in targets.at(door.urn):
                    for action, may in ((Action.READ, holds), (Action.WRITE, holds & writes)):
                        if may.state is not False:
                            yield Grant(
                                identity=workload.identity,
                                target=target,
                                actions=frozenset({action}),
                                holds=may,
                                evidence=reading(use.name),
                            )


def _uses(workload: Workload) -> Iterator[_Use]:
    for spec, _ in workload.pods:
        for row in _USES["pod"]:
            yield from _named(spec, row)
        for container in pods.containers(spec):
            if not isinstance(container.raw, Absent):
                for row in _USES["container"]:
                    yield from _named(container, row)


def _named(view: View, row: Mapping[str, str]) -> Iterator[_Use]:
    for at in view.follow(row["path"]):
        if not isinstance(at.raw, Absent):
            yield _Use(row["of"], at[row["name"]], at)
