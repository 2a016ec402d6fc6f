"""Open Data Contract Standard 3.0 and 3.1: what a contract says of a dataset.

Custom properties that are named like keys of a dataset (``license``, ``confidentiality``, ``purposes``, …)
are read as these keys: the standard has none for them, and asks for names in camelCase.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast, get_args

from policies.engine.data import read
from stacks.imports import licences
from stacks.imports.odcs_columns import columns_of, fields_of
from stacks.imports.odcs_entries import Contract, Promise
from stacks.imports.supplied import Fact, Supplied, doubt, paragraph
from stacks.spec.lineage import Confidentiality, Dataset
from stacks.spec.problems import KeyPath, Problem, listed, shown
from stacks.spec.reader import Source
from stacks.spec.scalars import NAME

_TABLE: Final = cast("Mapping[str, Any]", read(Path(__file__).parent / "tables" / "odcs.toml"))
_UNITS: Final = cast("Mapping[str, int]", _TABLE["units"])
_RETENTION: Final = frozenset(cast("list[str]", _TABLE["promises"]["retention"]))
LEVELS: Final[tuple[str, ...]] = get_args(Confidentiality)
"""How closely data is held, from open to closed."""
_KEYS: Final = frozenset(field.alias or name for name, field in Dataset.model_fields.items()) - {
    "store",
    "path",
    "from",
    "schema",
    "contract",
    "reduces",
    "hold",
}
"""Keys of a dataset that a contract may supply; the others say what is true of the platform alone."""


def supplied(source: Source, contract: Contract, dataset: str) -> Supplied:
    """Return what ``contract``, the content of ``source``, says of the dataset that is called ``dataset``."""
    return _Reader(source, contract, dataset).run()


class _Reader:
    def __init__(self, source: Source, contract: Contract, dataset: str) -> None:
        self._source = source
        self._contract = contract
        self._dataset = dataset
        self._facts: dict[str, Fact] = {}
        self._floors: dict[str, Fact] = {}
        self._doubts: dict[str, Problem] = {}

    def run(self) -> Supplied:
        index = self._chosen()
        self._plain(index)
        self._owner()
        self._licence()
        self._retention(index)
        self._confidentiality(index)
        self._custom(("customProperties",), self._contract.custom_properties)
        fields: Sequence[Fact] = ()
        table = ""
        if index is not None:
            chosen = self._contract.tables[index]
            self._custom(("schema", index, "customProperties"), chosen.custom_properties)
            fields = tuple(fields_of(chosen.properties, ("schema", index, "properties"), ""))
            table = chosen.name if len(self._contract.tables) > 1 else ""
        return Supplied(
            source=self._source,
            facts=self._facts,
            fields=fields,
            table=table,
            floors=self._floors,
            doubts=self._doubts,
        )

    # -- parts ---------------------------------------------------------------------------------------------

    def _chosen(self) -> int | None:
        """Return the table that the dataset is: the only one, or the one that is called like it."""
        tables = self._contract.tables
        if len(tables) == 1:
            return 0
        wanted = _folded(self._dataset)
        named = [
            index
            for index, table in enumerate(tables)
            if wanted in {_folded(table.name), _folded(table.physical_name or "")}
        ]
        if len(named) == 1:
            return named[0]
        if tables:
            names = listed(shown(table.name) for table in tables)
            self._doubts["schema"] = doubt(
                self._source,
                ("schema",),
                f"This contract has several tables, and not one alone is called {self._dataset!r}.",
                allowed=names,
                fix="Name the dataset like its table.",
            )
        return None

    def _plain(self, index: int | None) -> None:
        contract = self._contract
        self._facts["version"] = Fact(contract.version, ("version",))
        purpose = contract.description.purpose if contract.description else None
        about = contract.tables[index].description if index is not None else None
        if about:
            self._facts["about"] = Fact(paragraph(about), ("schema", index or 0, "description"))
        elif purpose:
            self._facts["about"] = Fact(paragraph(purpose), ("description", "purpose"))
        limits = contract.description.limitations if contract.description else None
        gaps = [
            check.description
            for table in ([contract.tables[index]] if index is not None else [])
            for check in (*table.quality, *(each for column in table.properties for each in column.quality))
            if check.dimension == "completeness" and check.description
        ]
        quality = {
            key: paragraph(text) for key, text in (("limitations", limits), ("gaps", "; ".join(gaps))) if text
        }
        if quality:
            path = ("description", "limitations") if limits else ("schema", index or 0)
            self._facts["quality"] = Fact(quality, path)

    def _owner(self) -> None:
        """Read the team, and where a person reads mail for it; half of that is no owner."""
        team = self._contract.team
        name = team.get("name") if isinstance(team, dict) else None
        contact = self._contact()
        if not isinstance(name, str) or contact is None:
            return
        address, path = contact
        short = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        if NAME.matches(short):
            self._facts["owner"] = Fact({"team": short, "contact": address}, path)
            return
        self._doubts["owner"] = doubt(
            self._source,
            ("team", "name"),
            f"{shown(name)} cannot be the name of a team here.",
            allowed=NAME.allowed,
            fix="Give the team a name like that.",
        )

    def _contact(self) -> tuple[str, KeyPath] | None:
        for index, channel in enumerate(self._contract.support):
            for text in (channel.url or "", channel.channel):
                if (channel.tool or "").lower() == "email" and "@" in text:
                    return text.removeprefix("mailto:"), ("support", index)
        team = self._contract.team
        at, members = (
            (("team", "members"), team.get("members")) if isinstance(team, dict) else (("team",), team)
        )
        for index, member in enumerate(members if isinstance(members, list) else []):
            role, user = (
                (member.get("role"), member.get("username")) if isinstance(member, dict) else ("", "")
            )
            if isinstance(role, str) and role.lower() == "owner" and isinstance(user, str) and "@" in user:
                return user, (*at, index, "username")
        return None

    def _licence(self) -> None:
        description = self._contract.description
        places = [
            (("authoritativeDefinitions",), self._contract.authoritative_definitions),
            (
                ("description", "authoritativeDefinitions"),
                description.authoritative_definitions if description else (),
            ),
        ]
        for path, definitions in places:
            for index, definition in enumerate(definitions):
                if definition.type.lower() in {"license", "licence"}:
                    found = Fact(licences.expression(definition.url), (*path, index, "url"))
                    self._facts["license"] = self._floors["license"] = found
                    return

    def _retention(self, index: int | None) -> None:
        """Take the shortest time that concerns the table."""
        shortest: Fraction | None = None
        for number, promise in enumerate(self._contract.sla_properties):
            if promise.property.lower() not in _RETENTION or not self._concerns(promise, index):
                continue
            path = ("slaProperties", number)
            days = _days(promise)
            if days is None:
                self._doubts["retention"] = doubt(
                    self._source,
                    (*path, "unit" if promise.unit else "value"),
                    f"{shown(promise.value)} {promise.unit or ''}".rstrip() + " is not a number of days.",
                    allowed=f"a number, and one of {', '.join(_UNITS)} as unit",
                    fix="Write days, weeks or years; a month has no fixed number of days.",
                )
            elif shortest is None or days < shortest:
                shortest = days
                # Half a day is no day: what must be gone in a day and a half is kept for one day.
                found = Fact(f"{int(days)}d", (*path, "value"))
                self._facts["retention"] = self._floors["retention"] = found

    def _concerns(self, promise: Promise, index: int | None) -> bool:
        if not promise.element or index is None or len(self._contract.tables) == 1:
            return True
        table = self._contract.tables[index]
        names = {_folded(table.name), _folded(table.physical_name or "")}
        return any(
            _folded(element.strip().partition(".")[0]) in names for element in promise.element.split(",")
        )

    def _confidentiality(self, index: int | None) -> None:
        """Read how closely columns are held: the table is held as closely as the closest of them.

        Columns that do not say may be held more closely still. Then the contract tells the least, and nothing
        more, unless no level is higher.
        """
        tables = (
            enumerate(self._contract.tables) if index is None else [(index, self._contract.tables[index])]
        )
        highest: tuple[int, KeyPath] | None = None
        complete = index is not None
        for number, table in tables:
            for column, path in columns_of(table, ("schema", number, "properties")):
                word = (column.classification or "").strip().lower()
                where = (*path, "classification")
                if not word:
                    complete = False
                elif word not in LEVELS:
                    complete = False
                    self._doubts.setdefault("confidentiality", self._unknown_level(where, word))
                elif highest is None or LEVELS.index(word) > highest[0]:
                    highest = LEVELS.index(word), where
        if highest is None:
            return
        fact = Fact(LEVELS[highest[0]], highest[1])
        self._floors["confidentiality"] = fact
        if complete or highest[0] == len(LEVELS) - 1:
            self._facts["confidentiality"] = fact
            self._doubts.pop("confidentiality", None)

    def _unknown_level(self, path: KeyPath, word: str) -> Problem:
        return doubt(
            self._source,
            path,
            f"{shown(word)} does not say how closely the column is held.",
            allowed=listed(LEVELS),
            fix="Write one of these.",
        )

    def _custom(self, path: KeyPath, properties: Sequence[Any]) -> None:
        for index, custom in enumerate(properties):
            if custom.property not in _KEYS:
                continue
            value = custom.value
            if custom.property == "license" and isinstance(value, str):
                value = licences.expression(value)
            self._facts[custom.property] = Fact(value, (*path, index, "value"))
            self._doubts.pop(custom.property, None)


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")


def _days(promise: Promise) -> Fraction | None:
    unit = _UNITS.get((promise.unit or "").lower())
    value = promise.value
    if unit is None or isinstance(value, bool):
        return None
    try:
        days = Fraction(str(value)) * unit
    except (ValueError, ZeroDivisionError):
        return None
    return days if days >= 1 else None
