"""Reading the contracts that the datasets of a platform file name, and filling in what they supply.

What the platform file says itself wins. Where that would loosen what the contract asks for, it is an error
that names both places.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from stacks.imports import croissant, loosened, odcs
from stacks.imports.odcs_entries import Contract
from stacks.imports.supplied import Fact, Supplied
from stacks.spec import sentences
from stacks.spec.fields import FieldsFile
from stacks.spec.lineage import Dataset
from stacks.spec.problems import KeyPath, Position, Problem, SpecError, dotted, nearest
from stacks.spec.reader import MOST_PROBLEMS, Source, read

_ALIASES: Final = {field.alias or name: name for name, field in Dataset.model_fields.items()}
"""Names of fields by the keys of a platform file."""
_NO_PLATFORM: Final = {
    "empty": "Begin with an example of the standard.",
    "not-a-mapping": "Name a contract.",
    "second-document": "Keep one contract in one file; remove `---` and what follows.",
    "too-deep": "No contract needs as many; look for a missing line break or bracket.",
    "too-large": "Split the contract into several, each with its own file.",
    "too-many-entries": "Split the contract into several, each with its own file.",
}
"""What to do about a file that cannot be read, in place of the advice for platform files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contracts:
    """What became of the datasets that name a contract."""

    datasets: Mapping[str, Dataset]
    """Every dataset, with what its contract supplies."""
    files: Mapping[str, FieldsFile] = field(default_factory=dict[str, FieldsFile])
    """The fields that contracts supply, by the name that the datasets know them by."""
    problems: tuple[Problem, ...] = ()


def apply(source: Source, datasets: Mapping[str, Dataset]) -> Contracts:
    """Fill in what contracts supply.

    Args:
        source: The platform file.
        datasets: Its datasets that are right by themselves.
    """
    return _Applied(source, datasets).run()


class _Applied:
    def __init__(self, source: Source, datasets: Mapping[str, Dataset]) -> None:
        self._source = source
        self._datasets = dict(datasets)
        self._files: dict[str, FieldsFile] = {}
        self._problems: list[Problem] = []
        self._read: dict[str, Source | None] = {}

    def run(self) -> Contracts:
        for name, dataset in list(self._datasets.items()):
            if dataset.contract is None:
                continue
            try:
                given = self._supplied(dataset.contract, name)
                if given is not None:
                    self._datasets[name] = self._filled(name, dataset, dataset.contract, given)
            except SpecError as error:
                self._problems.extend(each for each in error.problems if each not in self._problems)
        return Contracts(
            datasets=self._datasets, files=self._files, problems=tuple(self._problems[:MOST_PROBLEMS])
        )

    # -- reading -------------------------------------------------------------------------------------------

    def _supplied(self, named: str, dataset: str) -> Supplied | None:
        """Return what the contract says of the dataset; ``None`` if its file was refused already."""
        if named not in self._read:
            self._read[named] = None
            self._read[named] = self._open(named, dataset)
        source = self._read[named]
        if source is None:
            return None
        if "@context" in source.data:
            return croissant.supplied(source, dataset)
        try:
            return odcs.supplied(source, Contract.model_validate(source.data), dataset)
        except ValidationError as error:
            raise SpecError(sentences.problems(error, source, Contract)) from None

    def _open(self, named: str, dataset: str) -> Source:
        folder = self._source.file.parent
        if not (folder / named).resolve().is_relative_to(folder.resolve()):
            path = ("datasets", dataset, "contract")
            raise SpecError(
                [
                    Problem(
                        code="path-escape",
                        where=self._source.value_at(path),
                        path=path,
                        found="This leads out of the folder of the platform file.",
                        allowed="a file below the folder of the platform file",
                        fix="Put the contract beside the platform file and name it here.",
                    )
                ]
            )
        try:
            source, problems = read(folder / named, foreign=True)
        except SpecError as error:
            raise SpecError(map(_advised, error.problems)) from None
        if not problems and "@context" not in source.data and "kind" not in source.data:
            problems = [_neither(source)]
        if problems:
            raise SpecError(problems)
        return source

    # -- filling in ----------------------------------------------------------------------------------------

    def _filled(self, name: str, dataset: Dataset, named: str, given: Supplied) -> Dataset:
        at = ("datasets", name)
        said = {key for key, own in _ALIASES.items() if own in dataset.model_fields_set}
        wanted = {key: fact for key, fact in given.facts.items() if key not in said}
        found = self._values(given, wanted)
        problems = [
            replace(problem, fix=f"{problem.fix} Or say `{key}:` in the platform file.")
            for key, problem in given.doubts.items()
            if key not in said
        ]
        if "schema" not in said and given.fields:
            found["fields_file"] = self._fields(named, given)
        filled = dataset.model_copy(update=found)
        problems.extend(self._loosened(at, filled, said, given))
        if problems:
            raise SpecError(problems)
        return filled

    def _values(self, given: Supplied, wanted: Mapping[str, Fact]) -> dict[str, Any]:
        """Return the values that the contract supplies, checked as if the platform file had said them."""
        values = {key: fact.value for key, fact in wanted.items()}
        try:
            checked = Dataset.model_validate({"store": "store", **values})
        except ValidationError as error:
            shown = _shown_at(given.source, values, {(key,): fact.path for key, fact in wanted.items()})
            raise SpecError(
                replace(
                    problem,
                    path=wanted[str(problem.path[0])].path,
                    fix=f"{problem.fix} Or say `{problem.path[0]}:` in the platform file.",
                )
                for problem in sentences.problems(error, shown, Dataset)
            ) from None
        return {_ALIASES[key]: getattr(checked, _ALIASES[key]) for key in wanted}

    def _fields(self, named: str, given: Supplied) -> str:
        """Keep the fields of a contract as a file of fields, and return the name of it."""
        key = f"{named}#{given.table}" if given.table else named
        if key not in self._files:
            data = {"fields": [fact.value for fact in given.fields]}
            places: dict[KeyPath, KeyPath] = {
                ("fields", index): fact.path for index, fact in enumerate(given.fields)
            }
            try:
                content = FieldsFile.model_validate(data)
            except ValidationError as error:
                shown = _shown_at(given.source, data, places)
                raise SpecError(
                    replace(
                        problem,
                        path=places.get(problem.path[:2], ()),
                        fix=f"{problem.fix} Or say `schema:` in the platform file.",
                    )
                    for problem in sentences.problems(error, shown, FieldsFile)
                ) from None
            if repeated := list(_repeated(given)):
                raise SpecError(repeated)
            self._files[key] = content
        return key

    def _loosened(
        self, at: tuple[str, str], filled: Dataset, said: set[str], given: Supplied
    ) -> Iterator[Problem]:
        """Yield where what holds is looser than what the contract asks for."""
        holds = filled.model_dump(by_alias=True, mode="json", exclude_none=True)
        asked = [*given.facts.items(), *given.floors.items()]
        told: set[str] = set()
        for key, fact in asked:
            reason = self._reason(key, fact, holds)
            if reason is None or key in told:
                continue
            told.add(key)
            place = f"{filled.contract}:{given.source.value_at(fact.path).line}"
            own: KeyPath = (*at, key) if key in said else given.facts.get(key, fact).path
            where = self._source if key in said else given.source
            yield Problem(
                code="contract-loosened",
                where=where.value_at(own),
                path=own,
                found=f"{reason}, which {place} says ({dotted(fact.path)}).",
                allowed="what the contract says, or something stricter",
                fix="Remove it here, so that the contract counts, or have the contract changed.",
            )

    def _reason(self, key: str, fact: Fact, holds: Mapping[str, Any]) -> str | None:
        if key not in holds:
            return None
        try:
            asked = Dataset.model_validate({"store": "store", key: fact.value})
        except ValidationError:
            return None  # not usable, and not used: the platform file says it itself
        value = asked.model_dump(by_alias=True, mode="json")[key]
        return loosened.why(key, holds[key], value)


def _shown_at(source: Source, data: Any, places: Mapping[KeyPath, KeyPath]) -> Source:
    """Return ``data`` as if it stood in ``source``, each part at the place that it was made from."""
    known: dict[KeyPath, Position] = {path: source.value_at(made_from) for path, made_from in places.items()}
    return Source(file=source.file, data=data, keys=known, values={}, doubtful=frozenset())


def _repeated(given: Supplied) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for fact in given.fields:
        name = fact.value["name"]
        line = given.source.locate(fact.path).line
        if name in seen:
            yield Problem(
                code="same-field",
                where=given.source.locate(fact.path),
                path=fact.path,
                found=f"There is a field {name!r} on line {seen[name]} already.",
                allowed="names that are unique in the table",
                fix="Give one of them another name, or remove it.",
            )
        seen.setdefault(name, line)


def _neither(source: Source) -> Problem:
    known = ("apiVersion", "kind", "@context")
    near = next((word for key in source.data if (word := nearest(key, known)) is not None), None)
    return Problem(
        code="not-a-contract",
        where=Position(source.file, 1, 1),
        path=(),
        found="This is neither a data contract (`kind: DataContract`) nor a Croissant file (`@context`).",
        allowed="Open Data Contract Standard 3, or Croissant 1",
        fix="Name a file of one of these standards.",
        nearest=near,
    )


def _advised(problem: Problem) -> Problem:
    return replace(problem, fix=_NO_PLATFORM.get(problem.code, problem.fix))
