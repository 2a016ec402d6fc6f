"""REL-011: what a high-risk system did can be read half a year later."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

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
from policies.engine.truth import NO
from policies.engine.view import Plain
from policies.shapes import amounts, charts, clusters, endpoints, stage

_TABLE: Final = cast(
    "Mapping[str, Mapping[str, Any]]", read(Path(__file__).parent / "tables" / "log_stores.toml")
)
_LOKI: Final = _TABLE["loki"]
_LOKI_STACK: Final = "kubernetes:loki.grafana.com:LokiStack"
_ADDON: Final = "aws:eks/addon:Addon"
_SETTING: Final = "azure-native:monitor:DiagnosticSetting"
_WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
_DESTINATIONS: Final = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
_DURATION: Final = re.compile(r"(?:[0-9]+[smhdwy])+|0")
_PART: Final = re.compile(r"([0-9]+)([smhdwy])")
_DAY: Final = 86400
_WRONG: Final = "logs of a high-risk system are kept for {view}; at least {days} days are asked for"


def _log_group(group: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    name, days = group["name"], group["retentionInDays"]
    serves = any_of(
        stage.high_risk(endpoint, stack, settings)
        & name.relates(
            endpoint["name"], lambda text, own: text == _TABLE["sagemaker"]["group"].format(name=own)
        )
        for endpoint in stack.of(endpoints.SAGEMAKER)
    )
    # Without a number, or with none, CloudWatch keeps everything.
    long = ~days.present() | days.equals(0) | _at_least(days, settings)
    yield _kept(stage.high_risk(group, stack, settings) | serves, long, days, settings)


def _workspace(workspace: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    days = workspace["retentionInDays"]
    yield _kept(_holds_high_risk(workspace, stack, settings), _at_least(days, settings), days, settings)


def _table(table: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    """A table of a workspace keeps its rows as long as the workspace, unless it says otherwise."""
    high = any_of(
        stack.refers(table["workspaceName"], workspace) & _holds_high_risk(workspace, stack, settings)
        for workspace in stack.of(_WORKSPACE)
    )
    total = table["totalRetentionInDays"]
    days = table["retentionInDays"] if total.given().state is False else total
    yield _kept(high, ~days.present() | days.equals(-1) | _at_least(days, settings), days, settings)


def _holds_high_risk(workspace: Resource, stack: Inventory, settings: Settings) -> Truth:
    receives = [
        stack.refers(setting["workspaceId"], workspace)
        & stack.refers(setting["resourceUri"], endpoint)
        & stage.high_risk(endpoint, stack, settings)
        for setting in stack.of(_SETTING)
        for endpoint in stack.of(endpoints.AZURE_ML)
    ]
    return stage.high_risk(workspace, stack, settings) | any_of(receives)


def _release(release: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    deletes = charts.value(release, *_LOKI["deletes"]).is_true()
    period = charts.value(release, *_LOKI["period"])
    long = ~deletes | period.satisfies(lambda text: _lasts(text, settings.whole("shortestDays")))
    high = charts.installs(release, _LOKI["charts"]) & _serves_high_risk(release, stack, settings)
    yield _kept(high, long, period, settings)


def _loki_stack(loki: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    days = loki.properties.at("spec", "limits", "global", "retention", "days")
    high = stage.high_risk(loki, stack, settings) | _serves_high_risk(loki, stack, settings)
    yield _kept(high, ~days.present() | _at_least(days, settings), days, settings)


def _serves_high_risk(store: Resource, stack: Inventory, settings: Settings) -> Truth:
    """Return whether an endpoint of a high-risk system is in the cluster of ``store``."""
    return any_of(
        endpoints.serves(endpoint) & stage.high_risk(endpoint, stack, settings)
        for endpoint in stack.of(*endpoints.IN_CLUSTERS)
        if endpoint.provider == store.provider
    )


def _in_cluster(endpoint: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    high = endpoints.serves(endpoint) & stage.high_risk(endpoint, stack, settings)
    kept = [fits for release, fits in charts.releases(stack, _LOKI["charts"]) if _beside(release, endpoint)]
    kept += [~NO for loki in stack.of(_LOKI_STACK) if _beside(loki, endpoint)]
    # What is sent elsewhere may be kept long enough; that cannot be seen from here.
    sent = [
        fits
        for release, fits in charts.releases(stack, _TABLE["shippers"]["charts"])
        if _beside(release, endpoint)
    ]
    sent += [
        addon["addonName"].one_of(_TABLE["shippers"]["addons"])
        & any_of(
            stack.refers(addon["clusterName"], cluster) & clusters.holds(cluster, endpoint, stack)
            for cluster in stack.of(clusters.EKS)
        )
        for addon in stack.of(_ADDON)
    ]
    checked = endpoint["metadata"]["name"].one_of(settings.texts("loggedElsewhere"))
    yield require(
        high.implies(any_of(kept) | any_of(sent).doubtful() | checked),
        "no log store in its cluster is declared, so nobody can say how long the logs of this high-risk "
        "system "
        "are kept; list it under loggedElsewhere once someone has checked",
        at=endpoint.properties,
    )


def _beside(store: Resource, endpoint: Resource) -> bool:
    return store.provider == endpoint.provider


def _online(endpoint: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    kept = any_of(
        names
        & setting["logs"].any(lambda log: log["enabled"].is_true())
        & any_of(setting[destination].given() for destination in _DESTINATIONS)
        for setting, names in stack.referring(endpoint, {_SETTING: "resourceUri"})
    )
    yield require(
        stage.high_risk(endpoint, stack, settings).implies(kept),
        "no DiagnosticSetting keeps the logs of this high-risk system",
        at=endpoint.properties,
    )


def _kept(high: Truth, long: Truth, view: View, settings: Settings) -> Claim:
    days = settings.whole("shortestDays")
    return require(high.implies(long), _WRONG.format(view=view, days=days), at=view)


def _at_least(days: View, settings: Settings) -> Truth:
    return amounts.exactly(settings.whole("shortestDays")).within(amounts.of(days, absent=0))


def _lasts(text: Plain, days: int) -> bool:
    """Return whether a duration such as ``4392h`` is at least ``days`` long; Loki takes ``0s`` for ever."""
    if _DURATION.fullmatch(str(text)) is None:
        return False
    seconds = sum(int(count) * int(_LOKI["units"][unit]) for count, unit in _PART.findall(str(text)))
    return seconds == 0 or seconds >= days * _DAY


RULE = Rule(
    id="REL-011",
    version=1,
    title="Logs of high-risk systems are kept for half a year",
    why="Who was refused a loan by a model in March may ask why in August, and only the logs can answer.",
    fix="Set the retention of the log group, workspace, table or Loki to 183 days or more.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={
        "aws:cloudwatch/logGroup:LogGroup": _log_group,
        _WORKSPACE: _workspace,
        "azure-native:operationalinsights:Table": _table,
        **dict.fromkeys(charts.KINDS, _release),
        _LOKI_STACK: _loki_stack,
        **dict.fromkeys(endpoints.IN_CLUSTERS, _in_cluster),
        endpoints.AZURE_ML: _online,
    },
    parameters={
        **stage.RISK,
        "shortestDays": Parameter(
            about="How many days the logs of a high-risk system must be kept at least.",
            schema={"type": "integer", "minimum": 183},
            default=183,
        ),
        "loggedElsewhere": Parameter(
            about="Endpoints in clusters whose logs something else keeps for long enough, as someone has "
            "checked.",
            schema={"type": "array", "items": {"type": "string"}},
            default=[],
        ),
    },
)
