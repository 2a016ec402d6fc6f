"""Whether a scope of Azure covers a resource, or a part of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from policies.engine import Inventory, Resource, Truth, View
from policies.engine.truth import NO, Reading
from policies.linkage.access.lookup import Lookup, made_from, reading, unknown
from policies.linkage.access.model import doubtful, known
from policies.linkage.access.tables import AZURE_DOORS

_GROUP: Final = "azure-native:resources:ResourceGroup"
_GROUP_IN_ID: Final = "/resourcegroups/"
_OF_A_RESOURCE: Final = 4
"""Parts of the id of a resource behind its group, at least."""
_MANAGEMENT: Final = "/providers/microsoft.management/managementgroups/"


class Scopes:
    """The stores of a stack by what is above them."""

    def __init__(self, inventory: Inventory, targets: Iterable[Resource]) -> None:
        self._inventory = inventory
        self._accounts: dict[str, Resource | None] = {}
        kinds = {row["account"]["kind"] for row in AZURE_DOORS.values() if "account" in row}
        self._lookup = Lookup(inventory, {kind: (*AZURE_DOORS[kind]["names"], "id") for kind in kinds})
        self._groups = Lookup(inventory, {_GROUP: ("resourceGroupName", "name", "id")})
        self._all = tuple(targets)
        self._by_urn: defaultdict[str, list[Resource]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Resource]] = defaultdict(list)
        self._nameless: list[Resource] = []
        for resource in self._all:
            line = self._line(resource)
            for one in line:
                self._by_urn[one.urn].append(resource)
            names = {name for one in line for name in _names(one)}
            for name in names:
                self._by_name[name].append(resource)
            if not all(any(_names(one)) for one in line):
                self._nameless.append(resource)

    def candidates(self, scope: View) -> Iterable[Resource]:
        """Return the stores that ``scope`` may cover; all others it certainly does not."""
        if isinstance(scope.raw, str):
            text = scope.raw.casefold()
            if _GROUP_IN_ID not in text or "/providers/" not in text.partition(_GROUP_IN_ID)[2]:
                return self._all
            found = [one for part in text.split("/") for one in self._by_name.get(part, ())]
            return {one.urn: one for one in (*found, *self._nameless)}.values()
        named = self._named(scope)
        if not named or any(one.kind == _GROUP for one in named):
            return self._all
        above = [account for one in named if (account := self.account(one)) is not None]
        found = [one for each in (*named, *above) for one in self._by_urn.get(each.urn, ())]
        return {one.urn: one for one in found}.values()

    def _named(self, scope: View) -> Sequence[Resource]:
        """Return the resources of Azure that an unreadable scope was made from."""
        origins = sorted(made_from(scope, self._inventory))
        named = [found for urn in origins if (found := self._inventory.get(urn)) is not None]
        return [one for one in named if one.kind.startswith("azure-native:")]

    def account(self, resource: Resource) -> Resource | None:
        """Return the account or vault above a store, or the store itself; ``None`` where nobody sees it."""
        if resource.urn not in self._accounts:
            self._accounts[resource.urn] = self._find(resource)
        return self._accounts[resource.urn]

    def covers(self, scope: View, resource: Resource) -> Truth:
        """Return whether what holds at ``scope`` holds for ``resource``, or for a part of it."""
        here = reading(scope)
        if isinstance(scope.raw, str):
            return self._by_text(scope.raw.casefold().rstrip("/"), scope, resource)
        if not unknown(scope):
            return doubtful(here)
        named = self._named(scope)
        return self._by_origin(here, named, resource) if named else doubtful(here)

    def _by_origin(self, here: Reading, named: Sequence[Resource], resource: Resource) -> Truth:
        urns = {one.urn for one in named}
        if resource.urn in urns:
            return known(here)
        account = self.account(resource)
        parts = [one for one in named if one.kind in AZURE_DOORS and self.account(one) is not one]
        if any(self._above(one, resource) for one in parts):
            return known(here)  # a part of the store
        if account is not None and account.urn in urns:
            # The scope of a sibling is made from the account as well.
            return NO if parts else known(here)
        groups = [one for one in named if one.kind == _GROUP]
        if groups and len(groups) == len(named):
            inside = self._groups.find(resource["resourceGroupName"]).resources
            return next((holds for group, holds in inside if group.urn in urns), NO)
        return Truth(state=False, because=(here,))

    def _by_text(self, scope: str, view: View, resource: Resource) -> Truth:
        here = reading(view)
        if scope in {"", "/"} or scope.startswith(_MANAGEMENT):
            # A management group may or may not hold the subscription.
            return known(here) if scope in {"", "/"} else doubtful(here)
        ids = [own.raw.casefold() for own in resource.known_as(("id",)) if isinstance(own.raw, str)]
        if ids:
            covers = any(
                own == scope or own.startswith(f"{scope}/") or scope.startswith(f"{own}/") for own in ids
            )
            return Truth(state=covers, because=(here,))
        return self._by_names(scope, view, resource)

    def _by_names(self, scope: str, view: View, resource: Resource) -> Truth:
        """Compare the names in a scope with those of the resource and of what is above it."""
        here = reading(view)
        if _GROUP_IN_ID not in scope:
            return doubtful(here)  # a subscription, and nobody knows yet which is that of the resource
        group, _, rest = scope.partition(_GROUP_IN_ID)[2].partition("/")
        same_group = resource["resourceGroupName"].equals(group)
        if not rest or same_group.state is False:
            return same_group
        # providers/Microsoft.Storage/storageAccounts/NAME/blobServices/default/containers/NAME
        parts = rest.split("/")
        if len(parts) < _OF_A_RESOURCE:
            return doubtful(here)
        _, service, _, top, *deeper = parts
        if service.rpartition(".")[2] != resource.kind.split(":")[1].casefold():
            return Truth(state=False, because=(here,))
        *above, own = reversed(self._line(resource))
        same = _is_called(above[0] if above else own, top, here)
        if above and deeper:
            same &= _is_called(own, deeper[-1], here)
        return same_group & same

    def _line(self, resource: Resource) -> Sequence[Resource]:
        """Return a store and what is above it."""
        account = self.account(resource)
        return [resource] if account is None or account is resource else [resource, account]

    def _above(self, part: Resource, resource: Resource) -> bool:
        account = self.account(part)
        return account is not None and account.urn == resource.urn

    def _find(self, resource: Resource) -> Resource | None:
        above = AZURE_DOORS[resource.kind].get("account") if resource.kind in AZURE_DOORS else None
        if above is None:
            return resource
        found = self._lookup.find(resource[above["property"]]).resources
        return found[0][0] if len(found) == 1 and found[0][1].state is True else None


def _is_called(resource: Resource, name: str, here: Reading) -> Truth:
    names = list(_names(resource))
    return Truth(state=name in names, because=(here,)) if names else doubtful(here)


def _names(resource: Resource) -> Iterator[str]:
    for view in resource.known_as(AZURE_DOORS[resource.kind]["names"]):
        if isinstance(view.raw, str):
            yield view.raw.casefold()
