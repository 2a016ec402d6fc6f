"""REL-003: the databases that know what was trained, on what and by whom can be brought back."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    require,
)
from policies.engine.data import read
from policies.engine.view import Plain
from policies.shapes import amounts, namespaces, pods

_IMAGE: Final = re.compile(str(read(Path(__file__).parent / "tables" / "databases.toml")["image"]))
_CNPG: Final = "kubernetes:postgresql.cnpg.io:Cluster"
_SCHEDULED: Final = "kubernetes:postgresql.cnpg.io:ScheduledBackup"
_VELERO: Final = "kubernetes:velero.io:Schedule"
_WORKLOADS: Final = ("kubernetes:apps:StatefulSet", "kubernetes:apps:Deployment")


def _rds(database: Resource, settings: Settings) -> Iterator[Claim]:
    # A replica is as good as what it copies, which is judged by itself.
    copies = database["replicateSourceDb"].given() | database["replicationSourceIdentifier"].given()
    yield _long_enough(database["backupRetentionPeriod"], settings, copies)


def _postgres(server: Resource, settings: Settings) -> Iterator[Claim]:
    copies = server["createMode"].equals("Replica")
    yield _long_enough(server["backup"]["backupRetentionDays"], settings, copies)


def _long_enough(days: View, settings: Settings, copies: Truth) -> Claim:
    least = settings.whole("shortestDays")
    return require(
        copies | amounts.exactly(least).within(amounts.of(days, absent=0)),
        f"backups are kept for {days} days; at least {least} are asked for",
        at=days,
    )


def _table(table: Resource, _: Settings) -> Iterator[Claim]:
    recovery = table["pointInTimeRecovery"]["enabled"]
    yield require(
        recovery.is_true(),
        f"the table cannot be brought back to an earlier time: pointInTimeRecovery is {recovery}",
    )


def _cnpg(cluster: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    spec = cluster["spec"]
    archives = spec["backup"].filled() | spec["plugins"].any(lambda plugin: plugin["isWALArchiver"].is_true())
    scheduled = any_of(
        beside
        & backup["spec"]["cluster"]["name"].relates(cluster["metadata"]["name"], _equal)
        & ~backup["spec"]["suspend"].is_true()
        for backup, beside in namespaces.beside(cluster, stack, [_SCHEDULED])
    )
    yield require(
        (archives & scheduled) | _covered(cluster, stack),
        "the database cannot be brought back: it archives nothing that a ScheduledBackup saves, and no "
        "Schedule of Velero covers its namespace",
        at=cluster.properties,
    )


def _workload(workload: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    for spec in pods.specs(workload):
        for container in pods.containers(spec):
            image = container["image"]
            yield require(
                image.satisfies(_is_database).implies(_covered(workload, stack)),
                f"the database {image} cannot be brought back: no Schedule of Velero covers its namespace",
                at=image,
            )


def _covered(item: Resource, stack: Inventory) -> Truth:
    """Return whether Velero saves the namespace of ``item`` on a schedule."""
    name = item["metadata"]["namespace"]
    return any_of(
        ~schedule["spec"]["paused"].is_true() & _includes(schedule["spec"]["template"], name)
        for schedule in stack.of(_VELERO)
        if schedule.provider == item.provider
    )


def _includes(template: View, name: View) -> Truth:
    included, excluded = template["includedNamespaces"], template["excludedNamespaces"]
    everything = ~included.filled() | included.any(lambda one: one.equals("*"))
    named = included.any(lambda one: one.relates(name, _equal))
    return (everything | named) & ~excluded.any(lambda one: one.relates(name, _equal))


def _is_database(image: Plain) -> bool:
    name = str(image).partition("@")[0].rpartition("/")[2].partition(":")[0]
    return _IMAGE.fullmatch(name) is not None


def _equal(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="REL-003",
    version=1,
    title="Metadata stores are backed up",
    why="Without the records of MLflow or the registry of Feast nobody can say which data a model was made "
    "from.",
    fix="Keep automated backups long enough, turn on point-in-time recovery, or cover the database in a "
    "cluster "
    "with a ScheduledBackup or a Schedule of Velero.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        "aws:rds/instance:Instance": _rds,
        "aws:rds/cluster:Cluster": _rds,
        "aws:dynamodb/table:Table": _table,
        "azure-native:dbforpostgresql:Server": _postgres,
    },
    joined={_CNPG: _cnpg, **dict.fromkeys(_WORKLOADS, _workload)},
    parameters={
        "shortestDays": Parameter(
            about="How many days of backups a database must keep at least.",
            schema={"type": "integer", "minimum": 1, "maximum": 35},
            default=7,
        )
    },
)
