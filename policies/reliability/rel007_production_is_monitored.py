"""REL-007: somebody notices when a production endpoint, or its model, is no longer good."""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    require,
)
from policies.reliability import monitors
from policies.shapes import endpoints, stage

_NO_METRICS: Final = "nobody sees its errors and delays: {}"
_NO_DRIFT: Final = "nobody sees when its questions stop looking like its training data: {}"


def _in_cluster(endpoint: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    production = endpoints.serves(endpoint) & stage.in_production(endpoint, stack, settings)
    yield require(
        production.implies(monitors.scrapes(endpoint, stack)),
        _NO_METRICS.format("no PodMonitor, ServiceMonitor or scrape annotation finds its pods"),
        at=endpoint.properties,
    )
    yield require(
        production.implies(monitors.compares(endpoint, stack)),
        _NO_DRIFT.format("nothing in the cluster is labelled trunkline.dev/monitors with its name"),
        at=endpoint.properties,
    )


def _sagemaker(endpoint: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    production = stage.in_production(endpoint, stack, settings)
    yield require(
        production.implies(monitors.alarms(endpoint, stack)),
        _NO_METRICS.format("no MetricAlarm has it as its EndpointName"),
        at=endpoint.properties,
    )
    yield require(
        production.implies(monitors.captures(endpoint, stack) & monitors.monitored(endpoint, stack)),
        _NO_DRIFT.format("its configuration captures no data, or no MonitoringSchedule compares them"),
        at=endpoint.properties,
    )


def _azure_ml(endpoint: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    production = stage.in_production(endpoint, stack, settings)
    yield require(
        production.implies(monitors.measured(endpoint, stack)),
        _NO_METRICS.format("no DiagnosticSetting keeps its metrics, and no MetricAlert watches one"),
        at=endpoint.properties,
    )
    yield require(
        production.implies(monitors.scheduled(endpoint, stack)),
        _NO_DRIFT.format("no Schedule with the action CreateMonitor targets a deployment of it"),
        at=endpoint.properties,
    )


RULE = Rule(
    id="REL-007",
    version=1,
    title="Every production endpoint is monitored, drift included",
    why="A model does not fail, it gets worse: the world changes, and it answers as confidently as before.",
    fix="Scrape its metrics (PodMonitor, ServiceMonitor, MetricAlarm, DiagnosticSetting), and compare its "
    "questions with its training data (a task labelled trunkline.dev/monitors, a MonitoringSchedule, a "
    "Schedule).",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={
        **dict.fromkeys(endpoints.IN_CLUSTERS, _in_cluster),
        endpoints.SAGEMAKER: _sagemaker,
        endpoints.AZURE_ML: _azure_ml,
    },
    parameters=stage.ENVIRONMENT,
)
