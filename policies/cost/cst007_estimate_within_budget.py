"""CST-007: what a program asks for costs no more than somebody decided to spend."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.cost import estimate
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
    require,
)
from policies.shapes import amounts
from policies.shapes.amounts import Amount

_AWS: Final = "aws:budgets/budget:Budget"
_AZURE: Final = ("azure-native:consumption:Budget", "azure-native:costmanagement:Budget")
_STACK: Final = "pulumi:pulumi:Stack"
_CLOUDS: Final = ("aws", "azure-native")
_NAMED: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class _Budget:
    """A budget, as either cloud declares it."""

    resource: Resource
    package: str
    limit: View
    period: View
    counts: Truth
    """Whether it limits money."""
    part: Truth
    """Whether it is for a part of what is in its account."""


def _aws(budget: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    read = _Budget(
        resource=budget,
        package="aws",
        limit=budget["limitAmount"],
        period=budget["timeUnit"],
        counts=budget["budgetType"].equals("COST") & ~budget["autoAdjustData"].present(),
        part=budget["costFilters"].filled() | budget["filterExpression"].present(),
    )
    yield _within(read, stack, settings)


def _azure(budget: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    # A budget of one resource group, or with a filter, is for a part of what is here.
    group = budget["scope"].satisfies(lambda scope: "/resourcegroups/" in str(scope).lower())
    read = _Budget(
        resource=budget,
        package="azure-native",
        limit=budget["amount"],
        period=budget["timeGrain"],
        counts=budget["category"].equals("Cost"),
        part=budget["filter"].present() | group,
    )
    yield _within(read, stack, settings)


def _within(budget: _Budget, stack: Inventory, settings: Settings) -> Claim:
    found = list(estimate.costs(stack, budget.package, largest=_largest(settings)))
    spent = amounts.total(_share(cost, budget, stack) for cost in found)
    months = estimate.PERIODS.get(amounts.text(budget.period) or "")
    limit = amounts.of(budget.limit)
    allowed = limit * amounts.exactly(1 / months) if months else amounts.anything(budget.period)
    return require(
        budget.counts.implies(spent.within(allowed)),
        _told(spent, f"the budget is {budget.limit} {budget.period}", found),
        at=budget.limit,
    )


def _share(cost: estimate.Cost, budget: _Budget, stack: Inventory) -> Amount:
    """Return what of a cost falls under a budget.

    It is between nothing and all where the budget is for a part, or the resource may be in another account.
    """
    resource = stack.get(cost.urn)
    same = resource is not None and resource.provider == budget.resource.provider
    if same and budget.part.state is False:
        return cost.usd
    why = cost.usd.because if budget.part.state is False else budget.part.because
    return Amount(0, cost.usd.most, why)


def _stack(root: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    limit = settings.whole("monthlyBudget")
    if limit == 0:
        return
    found = [cost for cloud in _CLOUDS for cost in estimate.costs(stack, cloud, largest=_largest(settings))]
    spent = amounts.total(cost.usd for cost in found)
    yield require(
        spent.within(amounts.exactly(limit)),
        _told(spent, f"monthlyBudget is {limit}", found),
        at=root.properties,
    )


def _told(spent: Amount, budget: str, found: list[estimate.Cost]) -> str:
    missing = sorted(cost.urn.rpartition("::")[2] for cost in found if not cost.priced)
    exact = "" if spent.known else "at least "
    told = f"the estimate is {exact}{spent.least:,.0f} USD a month, and {budget}"
    if not missing:
        return told
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return f"{told}; without a price: {', '.join(missing[:_NAMED])}{more}"


def _largest(settings: Settings) -> bool:
    return settings.text("pools") == "largest"


RULE = Rule(
    id="CST-007",
    version=1,
    title="The estimated cost of a month is within the budget",
    why="A budget in the cloud reports what was spent; this asks before anything is.",
    fix="Shrink a pool, choose a smaller machine, or raise the budget. Where something has no price, look "
    "it up, and "
    "decide with a waiver.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined={_AWS: _aws, **dict.fromkeys(_AZURE, _azure), _STACK: _stack},
    parameters={
        "monthlyBudget": Parameter(
            about="What the whole stack may cost in a month, in USD; 0 stands for no such limit.",
            schema={"type": "integer", "minimum": 0},
            default=0,
        ),
        "pools": Parameter(
            about="Whether pools are counted at their largest or at their smallest size.",
            schema={"type": "string", "enum": ["largest", "smallest"]},
            default="largest",
        ),
    },
)
