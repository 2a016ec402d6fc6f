from policies.engine import Resource
from policies.reliability.rel003_metadata_is_backed_up import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
TABLE = "aws:dynamodb/table:Table"
SERVER = "azure-native:dbforpostgresql:Server"
CNPG = "kubernetes:postgresql.cnpg.io/v1:Cluster"
SCHEDULED = "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup"
VELERO = "kubernetes:velero.io/v1:Schedule"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
HERE = {"name": "meta", "namespace": "ml"}
NO_BACKUP = (
    "the database cannot be brought back: it archives nothing that a ScheduledBackup saves, and no "
    "Schedule of "
    "Velero covers its namespace"
)
NO_VELERO = "cannot be brought back: no Schedule of Velero covers its namespace"


def instance(**properties: object) -> Resource:
    return resource(INSTANCE, "mlflow", {"instanceClass": "db.m6g.large", **properties})


def table(**properties: object) -> Resource:
    return resource(TABLE, "online", {"hashKey": "entity", **properties})


def server(days: object = None, **properties: object) -> Resource:
    return resource(
        SERVER,
        "mlflow",
        {"resourceGroupName": "data", "backup": {"backupRetentionDays": days}, **properties},
    )


def cnpg(**spec: object) -> Resource:
    return resource(CNPG, "meta", {"metadata": HERE, "spec": {"instances": 3, **spec}})


def scheduled(cluster: str = "meta", namespace: str = "ml", *, suspend: bool = False) -> Resource:
    return resource(
        SCHEDULED,
        f"nightly-{cluster}",
        {
            "metadata": {"name": "nightly", "namespace": namespace},
            "spec": {"schedule": "0 0 2 * * *", "cluster": {"name": cluster}, "suspend": suspend},
        },
    )


def velero(**template: object) -> Resource:
    return resource(
        VELERO,
        "daily",
        {
            "metadata": {"name": "daily", "namespace": "velero"},
            "spec": {"schedule": "0 3 * * *", "paused": False, "template": template},
        },
    )


def database(image: object = "docker.io/library/postgres:17.6@sha256:abc") -> Resource:
    template = {"spec": {"containers": [{"name": "db", "image": image}]}}
    return resource(STATEFUL_SET, "feast", {"metadata": HERE, "spec": {"template": template}})


ARCHIVE = {"backup": {"barmanObjectStore": {"destinationPath": "s3://backups"}}}

CASES = Cases(
    rule=RULE,
    good={
        "an instance": [instance(backupRetentionPeriod=14)],
        "a replica": [instance(replicateSourceDb="mlflow")],
        "a cluster": [
            resource(CLUSTER, "mlflow", {"engine": "aurora-postgresql", "backupRetentionPeriod": 7})
        ],
        "a table": [table(pointInTimeRecovery={"enabled": True})],
        "a server": [server(35)],
        "a server that says nothing": [server()],
        "a server that copies": [server(None, createMode="Replica")],
        "an operator's database with its own backups": [cnpg(**ARCHIVE), scheduled(), scheduled("other")],
        "an operator's database that Velero saves": [cnpg(), velero()],
        "an operator's database with a plugin": [
            cnpg(plugins=[{"name": "barman-cloud.cloudnative-pg.io", "isWALArchiver": True}]),
            scheduled(),
        ],
        "a database that Velero saves": [database(), velero(includedNamespaces=["ml"])],
        "an exporter is no database": [database("quay.io/prometheuscommunity/postgres-exporter:v0.18.1")],
    },
    bad={
        "an instance that says nothing": (
            [instance()],
            [
                (
                    "mlflow.backupRetentionPeriod: backups are kept for 0 (the provider's default) days; at "
                    "least 7 "
                    "are asked for"
                )
            ],
        ),
        "a cluster that says nothing": (
            [resource(CLUSTER, "mlflow", {"engine": "aurora-postgresql"})],
            [
                (
                    "mlflow.backupRetentionPeriod: backups are kept for 1 (the provider's default) days; at "
                    "least 7 "
                    "are asked for"
                )
            ],
        ),
        "a table that says nothing": (
            [table()],
            [
                (
                    "online.pointInTimeRecovery.enabled: the table cannot be brought back to an earlier "
                    "time: "
                    "pointInTimeRecovery is not set"
                )
            ],
        ),
        "a server whose days are few": (
            [server(3)],
            ["mlflow.backup.backupRetentionDays: backups are kept for 3 days; at least 7 are asked for"],
        ),
        "an operator's database": ([cnpg()], [f"meta: {NO_BACKUP}"]),
        "backups of another database": ([cnpg(**ARCHIVE), scheduled("other")], [f"meta: {NO_BACKUP}"]),
        "backups that rest": ([cnpg(**ARCHIVE), scheduled(suspend=True)], [f"meta: {NO_BACKUP}"]),
        "a plugin that archives nothing": (
            [cnpg(plugins=[{"name": "metrics", "isWALArchiver": False}]), scheduled()],
            [f"meta: {NO_BACKUP}"],
        ),
        "a table that turns it off": (
            [table(pointInTimeRecovery={"enabled": False})],
            [
                (
                    "online.pointInTimeRecovery.enabled: the table cannot be brought back to an earlier "
                    "time: pointInTimeRecovery is false"
                )
            ],
        ),
        "backups in another namespace": (
            [cnpg(**ARCHIVE), scheduled(namespace="dev")],
            [f"meta: {NO_BACKUP}"],
        ),
        "a database that Velero leaves out": (
            [database("registry.redhat.io/rhel9/postgresql-16:1"), velero(excludedNamespaces=["ml"])],
            [
                (
                    "feast.spec.template.spec.containers[0].image: the database "
                    f"'registry.redhat.io/rhel9/postgresql-16:1' {NO_VELERO}"
                )
            ],
        ),
        "a schedule that is paused": (
            [
                database("mysql:9.1"),
                resource(VELERO, "daily", {"spec": {"paused": True, "template": {}}}),
            ],
            [f"feast.spec.template.spec.containers[0].image: the database 'mysql:9.1' {NO_VELERO}"],
        ),
    },
    unknown={
        "days from elsewhere": ([instance(backupRetentionPeriod=LATER)], ["mlflow.backupRetentionPeriod"]),
        "a table from elsewhere": (
            [table(pointInTimeRecovery=LATER)],
            ["online.pointInTimeRecovery.enabled"],
        ),
        "a server from elsewhere": ([server(LATER)], ["mlflow.backup.backupRetentionDays"]),
        "an image from elsewhere": ([database(LATER)], ["feast.spec.template.spec.containers[0].image"]),
        "a schedule of some namespaces": (
            [database(), velero(includedNamespaces=LATER)],
            ["feast.daily.spec.template.includedNamespaces"],
        ),
    },
    waived={"a database of a day": [instance(backupRetentionPeriod=1)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_asks_for_more() -> None:
    found = findings(RULE, [instance(backupRetentionPeriod=14)], by=settings(RULE, shortestDays=30))
    assert told(found) == [
        "mlflow.backupRetentionPeriod: backups are kept for 14 days; at least 30 are asked for"
    ]
