"""From bytes to plain data with positions, within limits.

A platform file is a small, plain part of YAML 1.2: one document of mappings, lists and scalars. Anchors,
aliases, merge keys, tags and directives are refused, so what a reader sees is what the file says, and a file
cannot grow while it is read. ``NO`` is text (Norway), ``1.30`` is a number, and ``<<`` is no key.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from stacks.spec import syntax
from stacks.spec.files import read_text
from stacks.spec.problems import SECRET, KeyPath, Position, Problem, SpecError, shown
from stacks.spec.syntax import Complaint

DEEPEST: Final = 16
"""Mappings and lists inside each other; a platform file needs six."""
MOST_NODES: Final = 50_000
"""Mappings, lists and scalars in a file."""
MOST_PROBLEMS: Final = 100
"""Problems of one stage of reading after which it stops: more help nobody."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""Only an escape can write one; as a part of text it can be neither printed nor stored."""
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""One character as two escapes of JSON (RFC 8259, section 7)."""

# YAML 1.2.2, section 10.3.2, the core schema; https://yaml.org/spec/1.2.2/#1032-tag-resolution
_CORE_SCHEMA: Final[tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...]] = (
    (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    # Longer numbers stay text: nothing here is that large, and Python refuses to read thousands of digits.
    (re.compile(r"[-+]?[0-9]{1,40}"), int),
    (re.compile(r"0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,4})?"), float),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What a file says, and where it says it."""

    file: Path
    data: Any
    """Mappings, lists and scalars as plain Python values."""
    keys: dict[KeyPath, Position]
    """Where each entry begins: its key, or the item of a list."""
    values: dict[KeyPath, Position]
    """Where the value of each entry begins."""
    doubtful: frozenset[KeyPath]
    """Entries that have a problem already, so that their value is not worth a second one."""

    def locate(self, path: KeyPath) -> Position:
        """Where the entry at ``path`` begins; an entry that is not in the file is where its parent is."""
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, Position(self.file, 1, 1))

    def value_at(self, path: KeyPath) -> Position:
        """Where the value at ``path`` begins, if it is in the file; else as :meth:`locate`."""
        return self.values.get(path) or self.locate(path)


def read(file: Path, *, foreign: bool = False) -> tuple[Source, list[Problem]]:
    """Read a file, and say what is wrong with it as YAML.

    Args:
        file: The file.
        foreign: Whether another standard says what the file holds. ``${…}`` is plain text there, and two
            escapes can stand for one character, as JSON has it.

    Raises:
        SpecError: where nothing can be read, or reading has to stop.
    """
    reader = _Reader(file=file, text=read_text(file), foreign=foreign)
    source = reader.run()
    return source, reader.problems


@dataclass(kw_only=True)
class _Reader:
    """Turns the parser's events into plain data; one instance reads one text."""

    file: Path
    text: str
    foreign: bool = False
    problems: list[Problem] = field(default_factory=list["Problem"])
    keys: dict[KeyPath, Position] = field(default_factory=dict["KeyPath", "Position"])
    values: dict[KeyPath, Position] = field(default_factory=dict["KeyPath", "Position"])
    doubtful: set[KeyPath] = field(default_factory=set["KeyPath"])
    secret_lines: set[int] = field(default_factory=set[int])
    nodes: int = 0

    def run(self) -> Source:
        """Read the whole text."""
        try:
            data = self._document(self._events())
        except SpecError as end:
            raise SpecError([*self.problems, *end.problems, *self._secrets_elsewhere()]) from None
        self.problems.extend(self._secrets_elsewhere())
        if not isinstance(data, dict):
            complaint = Complaint("not-a-mapping", f"The file holds {shown(data)}.", *syntax.ROOT)
            raise SpecError([*self.problems, _problem(complaint, Position(self.file, 1, 1), ())])
        return Source(
            file=self.file,
            data=data,
            keys=self.keys,
            values=self.values,
            doubtful=frozenset(self.doubtful),
        )

    def _events(self) -> Iterator[Any]:
        try:
            for event in YAML(typ="safe", pure=True).parse(self.text):
                if self.foreign and isinstance(event, ScalarEvent):
                    event.value = _PAIR.sub(_whole, event.value)
                yield event
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = self._position(mark) if mark is not None else Position(self.file, 1, 1)
            character = self.text[mark.index : mark.index + 1] if mark is not None else ""
            _stop(syntax.explain(str(error.problem or error.context or ""), character), where)
        except Exception:  # noqa: BLE001 - a fault of the parser on odd text is a fault of the text to its author
            _stop(syntax.BEYOND_THE_PARSER, Position(self.file, 1, 1))

    def _document(self, events: Iterator[Any]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                where = self._position(event.start_mark)
                if documents > 1:
                    _stop(syntax.SECOND_DOCUMENT, where)
                if event.version is not None or event.tags:
                    self._report(syntax.DIRECTIVE, where, ())
            elif isinstance(event, AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent):
                data = self._node(event, events, ())
        return data

    def _node(self, event: Any, events: Iterator[Any], path: KeyPath) -> Any:
        where = self._position(event.start_mark)
        empty = isinstance(event, ScalarEvent) and not event.value and not event.style
        self.values[path] = (
            self.keys.get(path, where) if empty else where
        )  # the mark of nothing is what follows
        self._count(where, path)
        if isinstance(event, AliasEvent):
            self._doubt(syntax.ALIAS, where, path)
            return None
        if event.anchor is not None:
            self._report(syntax.ANCHOR, where, path)
        if event.tag is not None:
            self._doubt(syntax.TAG, where, path)
        match event:
            case MappingStartEvent():
                return self._mapping(events, path)
            case SequenceStartEvent():
                return self._sequence(events, path)
            case _:
                if (complaint := self._about(event)) is not None:
                    self._doubt(complaint, where, path)
                return event.value if event.style else _plain(event.value)

    def _mapping(self, events: Iterator[Any], path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            where = self._position(event.start_mark)
            key = self._key(event, events, where, path)
            if key is None:
                self._close(next(events), events, path)
            elif (inner := (*path, key)) in self.keys:
                self._report(syntax.duplicate(self.keys[inner].line), where, inner)
                self._close(next(events), events, path)
            else:
                self.keys[inner] = where
                mapping[key] = self._node(next(events), events, inner)
        return mapping

    def _sequence(self, events: Iterator[Any], path: KeyPath) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            inner = (*path, len(items))
            self.keys[inner] = self._position(event.start_mark)
            items.append(self._node(event, events, inner))
        return items

    def _key(self, event: Any, events: Iterator[Any], where: Position, path: KeyPath) -> str | None:
        """The key that begins with ``event``; ``None`` if it is refused."""
        self._count(where, path)
        if not isinstance(event, ScalarEvent):
            self._close(event, events, path)
            self._report(syntax.COMPLEX_KEY, where, path)
            return None
        if event.anchor is not None:
            self._report(syntax.ANCHOR, where, path)
        if event.tag is not None:
            self._report(syntax.TAG, where, path)
        key: Any = event.value if event.style else _plain(event.value)
        if key == "<<" and not event.style:
            self._report(syntax.MERGE_KEY, where, path)
            return None
        if not isinstance(key, str):
            self._report(syntax.key_not_text(event.value), where, path)
            return None
        if (complaint := self._about(event)) is not None:
            self._report(complaint, where, path)
            return None
        return key

    def _about(self, event: Any) -> Complaint | None:
        """What is wrong with a text wherever it stands, if anything is."""
        if SECRET.search(event.value):
            self.secret_lines.update(range(event.start_mark.line, event.end_mark.line + 1))
            return syntax.CREDENTIAL
        if "${" in event.value and not self.foreign:
            return syntax.INTERPOLATION
        return syntax.HALF_A_CHARACTER if _SURROGATE.search(event.value) else None

    def _secrets_elsewhere(self) -> Iterator[Problem]:
        """Credentials in comments, in entries that were passed over, and after reading stopped."""
        for number, line in enumerate(self.text.split("\n")):
            if number not in self.secret_lines and (match := SECRET.search(line)) is not None:
                yield _problem(syntax.CREDENTIAL, Position(self.file, number + 1, match.start() + 1), ())

    def _close(self, event: Any, events: Iterator[Any], path: KeyPath) -> None:
        """Pass over the rest of a node below ``path`` whose first event was read, within the limits."""
        depth = 1 if isinstance(event, MappingStartEvent | SequenceStartEvent) else 0
        while depth:
            event = next(events)
            depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
            depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
            self._count(self._position(event.start_mark), (*path, *range(depth)))

    def _count(self, where: Position, path: KeyPath) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            _stop(syntax.too_many_entries(MOST_NODES), where)
        if len(path) > DEEPEST:
            _stop(syntax.too_deep(DEEPEST), where)

    def _doubt(self, complaint: Complaint, where: Position, path: KeyPath) -> None:
        self.doubtful.add(path)
        self._report(complaint, where, path)

    def _report(self, complaint: Complaint, where: Position, path: KeyPath) -> None:
        if complaint.once and any(problem.code == complaint.code for problem in self.problems):
            return
        self.problems.append(_problem(complaint, where, path))
        if len(self.problems) == MOST_PROBLEMS:
            _stop(syntax.too_many_problems(MOST_PROBLEMS), where)

    def _position(self, mark: Any) -> Position:
        return Position(self.file, mark.line + 1, mark.column + 1)


def _whole(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _problem(complaint: Complaint, where: Position, path: KeyPath) -> Problem:
    return Problem(
        code=complaint.code,
        where=where,
        path=path,
        found=complaint.found,
        allowed=complaint.allowed,
        fix=complaint.fix,
    )


def _stop(complaint: Complaint, where: Position) -> NoReturn:
    raise SpecError([_problem(complaint, where, ())])


def _plain(text: str) -> str | int | float | bool | None:
    """The value of a scalar without quotes, by the core schema of YAML 1.2."""
    for pattern, convert in _CORE_SCHEMA:
        if pattern.fullmatch(text):
            return convert(text)
    return text
