"""Amazon RDS and Aurora: the engines of databases, and the parameter and option groups behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read

TABLE: Final = read(Path(__file__).parent / "tables" / "databases.toml")

INSTANCE: Final = "aws:rds/instance:Instance"
CLUSTER: Final = "aws:rds/cluster:Cluster"

_PARAMETERS: Final = {
    INSTANCE: ("parameterGroupName", "aws:rds/parameterGroup:ParameterGroup"),
    CLUSTER: ("dbClusterParameterGroupName", "aws:rds/clusterParameterGroup:ClusterParameterGroup"),
}
_OPTIONS: Final = "aws:rds/optionGroup:OptionGroup"


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """What the table knows of one engine; it explains the fields."""

    names: tuple[str, ...]
    access_logs: tuple[str, ...]
    on: tuple[str, ...]
    parameter: str | None = None
    option: str | None = None
    setting: str | None = None
    on_from: tuple[int, ...] | None = None
    access_option: str | None = None


def _engine(name: str, entry: Mapping[str, Any]) -> Engine:
    fields: dict[str, Any] = {
        key: tuple(cast("list[Any]", value)) if isinstance(value, list) else value
        for key, value in entry.items()
    }
    fields.setdefault("names", (name,))
    return Engine(**fields)


ENGINES: Final = tuple(_engine(name, entry) for name, entry in TABLE["engines"].items())


def engine_of(database: Resource) -> Engine | None:
    """Return the engine of a database, where it is known and listed."""
    return next((one for one in ENGINES if database["engine"].one_of(one.names).state is True), None)


def unlisted(database: Resource) -> Truth:
    """Return "unknown": for a database whose engine nobody knows, or that the table does not list."""
    names = [name for one in ENGINES for name in one.names]
    return (~database["engine"].one_of(names)).doubtful()


@dataclass(frozen=True, slots=True)
class Groups:
    """The parameter or option groups that a database may use."""

    named: Sequence[tuple[Resource, Truth]]
    """Those of this stack, with whether the database names them."""
    elsewhere: Truth
    """Whether it names one that is neither in this stack nor the provider's default."""

    def some(self, question: Callable[[Resource], Truth]) -> Truth:
        """Return whether ``question`` holds for the group of this stack that the database uses."""
        return any_of(names & question(group) for group, names in self.named)


def parameters(database: Resource, stack: Inventory) -> Groups:
    """Return the parameter groups of a database."""
    reference, kind = _PARAMETERS[database.kind]
    return _groups(database[reference], kind, stack)


def options(database: Resource, stack: Inventory) -> Groups:
    """Return the option groups of a database; a cluster has none."""
    return _groups(database["optionGroupName"], _OPTIONS, stack)


def _groups(name: View, kind: str, stack: Inventory) -> Groups:
    named = list(stack.meant(name, kind))
    # RDS names its own groups "default.mysql8.4" and "default:mysql-8-4"; nobody else may.
    default = name.satisfies(lambda text: str(text).startswith("default"))
    return Groups(named, name.given() & ~default & ~any_of(names for _, names in named))
