"""Croissant 1.0 and 1.1: what the description of a dataset says of it.

A Croissant file is open: it may hold any vocabulary, and what nobody here reads is passed over. Conditions of
use are the exception; see :mod:`stacks.imports.conditions`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast, get_args

from policies.linkage.exports.croissant import TABLE as WORDS
from stacks.imports import conditions, licences
from stacks.imports.jsonld import TABLE, Terms, Thing
from stacks.imports.supplied import Fact, Supplied, doubt, paragraph
from stacks.spec.lineage import Code, Method, Purpose
from stacks.spec.problems import KeyPath, Problem, SpecError, listed, shown
from stacks.spec.reader import Source
from stacks.spec.scalars import NAME

_VERSIONS: Final = cast("list[str]", TABLE["versions"])
_TYPES: Final = {
    kind.partition(":")[2]: names[0] for kind, names in cast("dict[str, list[str]]", WORDS["types"]).items()
}
_CODES: Final = frozenset(get_args(Code))
_METHODS: Final = frozenset(get_args(Method))
_PURPOSES: Final = frozenset(get_args(Purpose))
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
_NOT_ROWS: Final = frozenset({"Split", "Enumeration"})
"""Record sets that only list what a field may hold."""


def supplied(source: Source, dataset: str) -> Supplied:
    """Return what ``source`` says of the dataset that is called ``dataset``.

    Raises:
        SpecError: It is no Croissant file that can be read.
    """
    context = source.data.get("@context")
    if not isinstance(context, dict):
        raise SpecError(
            [
                _refused(
                    source,
                    ("@context",),
                    f"The context is {shown(context)}, and nothing is fetched.",
                    "a mapping of words, as appendix 1 of Croissant has it",
                    "Write the context out.",
                )
            ]
        )
    whole = Thing(Terms(cast("Mapping[str, Any]", context)), source.data, ())
    problems = [*_version(source, whole), *_kind(source, whole)]
    if problems:
        raise SpecError(problems)
    return _Reader(source, whole, dataset).run()


def _version(source: Source, whole: Thing) -> Sequence[Problem]:
    found = [text.rstrip("/").replace("https:", "http:") for text in whole.texts("dct:conformsTo")]
    if set(found) & set(_VERSIONS):
        return ()
    return [
        _refused(
            source,
            _path(whole, "dct:conformsTo"),
            f"{listed(map(shown, found)) or 'Nothing'} is no version of Croissant that can be read.",
            listed(_VERSIONS),
            "Write the file again with a tool that knows one of these.",
        )
    ]


def _kind(source: Source, whole: Thing) -> Sequence[Problem]:
    if "Dataset" in whole.kinds():
        return ()
    found = listed(map(shown, sorted(whole.kinds()))) or "Nothing"
    return [
        _refused(
            source, ("@type",), f"{found} is not a dataset.", "sc:Dataset", "Name a file about a dataset."
        )
    ]


def _refused(source: Source, path: KeyPath, found: str, allowed: str, fix: str) -> Problem:
    where = source.value_at(path)
    return Problem(code="croissant", where=where, path=path, found=found, allowed=allowed, fix=fix)


def _path(whole: Thing, name: str) -> KeyPath:
    thing = whole.first(name)
    return thing.path[:1] if thing is not None else ("conformsTo",)


class _Reader:
    def __init__(self, source: Source, whole: Thing, dataset: str) -> None:
        self._source = source
        self._whole = whole
        self._dataset = dataset
        self._facts: dict[str, Fact] = {}
        self._floors: dict[str, Fact] = {}
        self._doubts: dict[str, Problem] = {}

    def run(self) -> Supplied:
        self._plain()
        self._owner()
        self._sensitive()
        self._conditions()
        records = self._records()
        fields: Sequence[Fact] = ()
        if records is not None:
            fields = [fact for field in records.all("field") for fact in _fields(field, "")]
        return Supplied(
            source=self._source,
            facts=self._facts,
            fields=fields,
            table=_called(records) if records is not None and len(list(self._candidates())) > 1 else "",
            floors=self._floors,
            doubts=self._doubts,
        )

    # -- parts ---------------------------------------------------------------------------------------------

    def _plain(self) -> None:
        whole = self._whole
        if (about := whole.first("description")) is not None and (text := about.text()):
            self._facts["about"] = Fact(paragraph(text), about.path)
        if (version := whole.first("version")) is not None and (text := version.text()):
            self._facts["version"] = Fact(text, version.path)
        live = whole.first("isLiveDataset")
        if live is not None and live.value is True:
            self._facts["live"] = Fact(value=True, path=live.path)
        for name in ("dateCreated", "datePublished"):
            date = whole.first(name)
            if date is not None and (match := re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date.text() or "")):
                self._facts.setdefault("date", Fact(match[0], date.path))
        self._files()
        self._quality()
        self._words("method", "rai:dataCollectionType", _METHODS)
        self._words("purposes", "rai:dataUseCases", _PURPOSES)

    def _files(self) -> None:
        files = list(self._whole.all("distribution"))
        formats = [
            text for file in files for text in file.texts("encodingFormat") if _MEDIA_TYPE.fullmatch(text)
        ]
        if formats:
            self._facts["format"] = Fact(list(dict.fromkeys(formats)), files[0].path)
        digests = [
            thing for file in files for thing in file.all("sha256") if not list(file.all("containedIn"))
        ]
        own = self._whole.first("identifier")
        if own is not None and re.fullmatch(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", own.text() or ""):
            self._facts["digest"] = Fact(own.text(), own.path)
        elif len(files) == len(digests) == 1 and re.fullmatch(r"[0-9a-f]{64}", digests[0].text() or ""):
            # The digest of one file is that of the data only if there is no other.
            self._facts["digest"] = Fact(f"sha256:{digests[0].text()}", digests[0].path)

    def _quality(self) -> None:
        found: dict[str, str] = {}
        path: KeyPath = ()
        for key, name in (
            ("limitations", "rai:dataLimitations"),
            ("biases", "rai:dataBiases"),
            ("gaps", "rai:dataCollectionMissingData"),
        ):
            if texts := self._whole.texts(name):
                found[key] = paragraph("; ".join(texts))
                path = path or next(self._whole.all(name)).path
        if found:
            self._facts["quality"] = Fact(found, path)

    def _words(self, key: str, name: str, known: frozenset[str]) -> None:
        """Take a list of words over if every one is a word of ours; other texts say it to people only."""
        words = [text.lower().replace(" ", "-") for text in self._whole.texts(name)]
        if words and set(words) <= known:
            self._facts[key] = Fact(list(dict.fromkeys(words)), next(self._whole.all(name)).path)

    def _owner(self) -> None:
        """Take the maintainer for the owner; who created or published a dataset answers for nothing here."""
        for thing in self._whole.all("maintainer"):
            name, email = thing.texts("name"), thing.texts("email")
            team = re.sub(r"[^a-z0-9]+", "-", name[0].lower()).strip("-") if name else ""
            if email and NAME.matches(team):
                contact = email[0].removeprefix("mailto:")
                self._facts.setdefault("owner", Fact({"team": team, "contact": contact}, thing.path))

    def _sensitive(self) -> None:
        """Read codes of protected data; a text without one still says that there is some."""
        things = list(self._whole.all("rai:personalSensitiveInformation"))
        words = [(thing.text() or "").partition(":")[0].strip().lower() for thing in things]
        codes = sorted({word for word in words if word in _CODES})
        if codes:
            self._facts["classification"] = Fact({"contains": codes}, things[0].path)
        if things:
            self._floors["classification"] = Fact({"contains": codes}, things[0].path)

    def _conditions(self) -> None:
        told, unknown = conditions.read(self._whole)
        self._facts.update(told)
        found = [_licence(thing) for thing in self._whole.all("license")]
        licence = next(self._whole.all("license"), None) or next(self._whole.all("usageInfo"), None)
        if licence is not None and (found or unknown):
            self._facts["license"] = Fact(licences.together([*found, *unknown]), licence.path)

    def _candidates(self) -> list[Thing]:
        return [
            records
            for records in self._whole.all("recordSet")
            if not list(records.all("data"))
            and not _NOT_ROWS & {kind.word() for kind in records.all("dataType")}
        ]

    def _records(self) -> Thing | None:
        """Return the record set that the dataset is: the only one, or the one that is called like it."""
        candidates = self._candidates()
        named = [each for each in candidates if _folded(_called(each)) == _folded(self._dataset)]
        if len(candidates) == 1 or len(named) == 1:
            return (named or candidates)[0]
        if candidates:
            self._doubts["schema"] = doubt(
                self._source,
                candidates[0].path[:1],
                f"This file has several record sets, and not one alone is called {self._dataset!r}.",
                allowed=listed(shown(_called(each)) for each in candidates),
                fix="Name the dataset like its record set.",
            )
        return None


def _licence(thing: Thing) -> str:
    work = [text for name in ("url", "@id", "name") for text in thing.texts(name)]
    return licences.expression(work[0] if work else thing.text() or "unnamed")


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")


def _called(thing: Thing) -> str:
    """Return the name of a record set or field: its own, or the end of its id."""
    names = thing.texts("name") or thing.texts("@id")
    return names[0].rpartition("/")[2] if names else ""


def _fields(field: Thing, prefix: str) -> list[Fact]:
    """Return a field and its parts; Croissant does not say that a field has a value, so it may be missing."""
    name = f"{prefix}{_called(field)}"
    parts = [fact for part in field.all("subField") for fact in _fields(part, f"{name}.")]
    entry: dict[str, Any] = {"name": name, "type": _type(field, parts=bool(parts)), "nullable": True}
    if about := field.texts("description"):
        entry["description"] = paragraph(about[0])
    if unit := field.texts("unitText"):
        entry["unit"] = unit[0]
    return [Fact(entry, field.path), *parts]


def _type(field: Thing, *, parts: bool) -> str:
    words = [kind.word() or "" for kind in field.all("dataType")]
    known = [_TYPES[word] for word in words if word in _TYPES]
    # What is only known elsewhere keeps its name: a reader of the field knows it, or finds that it does not.
    others = [re.sub(r"[^A-Za-z0-9_]", "_", word.rpartition("/")[2].rpartition(":")[2]) for word in words]
    named = next((word for word in others if re.match("[A-Za-z]", word)), "object" if parts else "any")
    plain = known[0] if known else named
    listed_here = any(thing.value is True for name in ("isArray", "repeated") for thing in field.all(name))
    return f"array<{plain}>" if listed_here else plain
