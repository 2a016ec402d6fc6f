"""Diagnostic settings of Azure resources: which of their logs someone keeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policies.engine import Inventory, Resource, Truth, View, all_of, any_of
from policies.engine.data import read
from policies.engine.truth import NO

LOGS: Final = read(Path(__file__).parent / "tables" / "logs.toml")
_SETTING: Final = {"azure-native:monitor:DiagnosticSetting": "resourceUri"}
_DESTINATIONS: Final = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")


@dataclass(frozen=True, slots=True)
class Part:
    """A service inside a resource that keeps logs of its own."""

    suffix: str
    """How its id goes on behind the id of the resource."""
    kind: str
    """The resource that stands for it in a program."""
    owner: str
    """The property of that resource which names the one it is a part of."""


BLOB_SERVICE: Final = Part(
    "blobServices/default", "azure-native:storage:BlobServiceProperties", "accountName"
)


def keeps(
    target: Resource,
    stack: Inventory,
    groups: Sequence[str],
    needed: Sequence[Sequence[str]],
    part: Part | None = None,
) -> Truth:
    """Return whether diagnostic settings of ``target`` send the needed logs somewhere.

    Args:
        target: The resource whose logs are asked for.
        stack: All resources.
        groups: Category groups that hold all the needed logs.
        needed: The needed logs; of each inner list, one is enough.
        part: The service inside ``target`` whose logs are asked for; a setting of ``target`` itself or of
            another service of it does not hold them.
    """
    settings = list(_settings(target, stack, part))

    def sent(asked: Sequence[str], field: str) -> Truth:
        found = [
            names & _goes_somewhere(setting) & setting["logs"].any(lambda log: _is_on(log, field, asked))
            for setting, names in settings
        ]
        return any_of(found) if found else NO

    return sent(groups, "categoryGroup") | all_of(sent(logs, "category") for logs in needed)


def _settings(target: Resource, stack: Inventory, part: Part | None) -> Iterator[tuple[Resource, Truth]]:
    for setting, names in stack.referring(target, _SETTING):
        yield setting, names if part is None else names & _ends_with(setting["resourceUri"], part.suffix)
    if part is not None:
        for service, owned in stack.referring(target, {part.kind: part.owner}):
            yield from (
                (setting, owned & names)
                for setting, names in stack.referring(service, _SETTING)
                if names.state is True
            )


def _ends_with(uri: View, suffix: str) -> Truth:
    return uri.satisfies(lambda text: str(text).casefold().endswith(f"/{suffix}".casefold()))


def _is_on(log: View, field: str, asked: Sequence[str]) -> Truth:
    return log["enabled"].is_true() & log[field].one_of(asked)


def _goes_somewhere(setting: Resource) -> Truth:
    return any_of(setting[destination].given() for destination in _DESTINATIONS)
