"""Diagnostic settings of Azure resources: which of their logs someone keeps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from policies.engine import Inventory, Resource, Truth, View, all_of, any_of
from policies.engine.data import read
from policies.engine.truth import NO

LOGS: Final = read(Path(__file__).parent / "tables" / "logs.toml")
_SETTING: Final = {"azure-native:monitor:DiagnosticSetting": "resourceUri"}
_DESTINATIONS: Final = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")


def keeps(
    target: Resource, stack: Inventory, groups: Sequence[str], needed: Sequence[Sequence[str]]
) -> Truth:
    """Return whether diagnostic settings of ``target`` send the needed logs somewhere.

    Args:
        target: The resource whose logs are asked for.
        stack: All resources.
        groups: Category groups that hold all the needed logs.
        needed: The needed logs; of each inner list, one is enough.
    """
    settings = [(setting, names) for setting, names in stack.referring(target, _SETTING)]

    def sent(asked: Sequence[str], field: str) -> Truth:
        found = [
            names & _goes_somewhere(setting) & setting["logs"].any(lambda log: _is_on(log, field, asked))
            for setting, names in settings
        ]
        return any_of(found) if found else NO

    return sent(groups, "categoryGroup") | all_of(sent(logs, "category") for logs in needed)


def _is_on(log: View, field: str, asked: Sequence[str]) -> Truth:
    return log["enabled"].is_true() & log[field].one_of(asked)


def _goes_somewhere(setting: Resource) -> Truth:
    return any_of(setting[destination].given() for destination in _DESTINATIONS)
