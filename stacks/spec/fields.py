"""Files of fields: what a dataset, a feature view or a request consists of.

A file holds ``fields``, a list of entries with ``name``, ``type``, and if needed ``unit``, ``nullable`` and
``description``. It is read with the same reader and the same limits as a platform file.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field as Limits
from pydantic import TypeAdapter, ValidationError

from stacks.spec.entry import Entry
from stacks.spec.problems import KeyPath, Problem, SpecError
from stacks.spec.reader import Source, read
from stacks.spec.scalars import RelativePath
from stacks.spec.words import FieldName, Paragraph, TypeName, Unit

_PATH: Final[TypeAdapter[str]] = TypeAdapter(RelativePath)


class FieldEntry(Entry):
    """One field."""

    name: FieldName
    """What it is called."""
    type: TypeName
    """Its type, in the words of whoever reads it, such as `int64` or `timestamp`."""
    unit: Unit | None = None
    """What it is measured in (UCUM), such as `ms` or `EUR`."""
    nullable: bool = False
    """Whether it may be missing."""
    description: Paragraph | None = None
    """What it means."""


class FieldsFile(Entry):
    """A whole file of fields."""

    fields: Annotated[Sequence[FieldEntry], Limits(min_length=1, max_length=10_000)]
    """The fields, in their order."""

    @property
    def digest(self) -> str:
        """A digest of names, types, units and nullability, in their order; comments do not change it."""
        plain = [
            entry.model_dump(include={"name", "type", "unit", "nullable"}, mode="json")
            for entry in self.fields
        ]
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """The files of fields that a platform file names, by their path in it."""

    files: Mapping[str, FieldsFile] = field(default_factory=dict[str, FieldsFile])
    problems: Sequence[Problem] = ()
    """What is wrong with the files, or with naming them."""


def read_all(source: Source, data: Mapping[str, Any]) -> Fields:
    """Read every file of fields that ``data``, the content of the platform file ``source``, names."""
    files: dict[str, FieldsFile] = {}
    problems: list[Problem] = []
    for path, named in _named(data):
        if named in files:
            continue
        file = source.file.parent / named
        if not file.resolve().is_relative_to(source.file.parent.resolve()):
            problems.append(_outside(source, path))
            continue
        try:
            files[named] = _read(file)
        except SpecError as error:
            problems.extend(error.problems)
    return Fields(files=files, problems=problems)


def _named(data: Mapping[str, Any]) -> list[tuple[KeyPath, str]]:
    found: list[tuple[KeyPath, str]] = []
    for section in ("datasets", "features", "endpoints"):
        entries = data.get(section)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            named = entry.get("schema") if isinstance(entry, dict) else None
            with contextlib.suppress(ValidationError):  # what is no path has been refused where it stands
                found.append(((section, name, "schema"), _PATH.validate_python(named)))
    return found


def _read(file: Path) -> FieldsFile:
    from stacks.spec import sentences  # noqa: PLC0415 - sentences know the platform file, which knows this

    source, problems = read(file)
    try:
        content = FieldsFile.model_validate(source.data)
    except ValidationError as error:
        raise SpecError([*problems, *sentences.problems(error, source, FieldsFile)]) from None
    if not problems:
        problems = list(_repeated(source, content))
    if problems:
        raise SpecError(problems)
    return content


def _repeated(source: Source, content: FieldsFile) -> Sequence[Problem]:
    seen: dict[str, int] = {}
    problems: list[Problem] = []
    for index, entry in enumerate(content.fields):
        if entry.name in seen:
            path = ("fields", index, "name")
            line = source.locate(("fields", seen[entry.name])).line
            problems.append(
                Problem(
                    code="same-field",
                    where=source.value_at(path),
                    path=path,
                    found=f"There is a field {entry.name!r} on line {line} already.",
                    allowed="names that are unique in the file",
                    fix="Give one of them another name, or remove it.",
                )
            )
        seen.setdefault(entry.name, index)
    return problems


def _outside(source: Source, path: KeyPath) -> Problem:
    return Problem(
        code="path-escape",
        where=source.value_at(path),
        path=path,
        found="This leads out of the folder of the platform file.",
        allowed="a file below the folder of the platform file",
        fix="Put the file beside the platform file and name it here.",
    )
