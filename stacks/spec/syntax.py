"""What can be wrong with a platform file as YAML, in sentences for people who write platform files."""

from dataclasses import dataclass
from typing import Final

from stacks.spec.problems import shown


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem without its place."""

    code: str
    found: str
    allowed: str
    fix: str
    once: bool = False
    """Whether a file with many of these is told of the first only."""


_PLAIN_YAML: Final = "mappings, lists, text, numbers, true and false"
_SECRETS_COME_FROM: Final = (
    "secrets come from Pulumi config (`pulumi config set --secret`) or a secret manager"
)
_SPLIT: Final = "Split the platform into several stacks, each with its own file."

ROOT: Final = ("a mapping", "Begin with `platform: <name>`.")
ANCHOR: Final = Complaint(
    "anchor", "An anchor (`&`) stands here.", _PLAIN_YAML, "Remove every anchor.", once=True
)
ALIAS: Final = Complaint(
    "alias", "An alias (`*`) stands here.", _PLAIN_YAML, "Write values out in place of aliases.", once=True
)
TAG: Final = Complaint("tag", "A tag (`!`) stands here.", _PLAIN_YAML, "Remove the tag.")
DIRECTIVE: Final = Complaint("directive", "A directive stands here.", _PLAIN_YAML, "Remove the % line.")
MERGE_KEY: Final = Complaint(
    "merge-key", "A merge key (`<<`) stands here.", _PLAIN_YAML, "Write the entries out in each place."
)
COMPLEX_KEY: Final = Complaint(
    "key", "A mapping or list stands here as a key.", "text as key", "Write a plain word as key."
)
SECOND_DOCUMENT: Final = Complaint(
    "second-document",
    "A second document begins here.",
    "one document",
    "Keep one platform in one file; remove `---` and what follows.",
)
CREDENTIAL: Final = Complaint(
    "secret",
    "A credential stands here (not shown).",
    "no secrets in this file",
    f"Remove it and revoke it, because it has been in a file; {_SECRETS_COME_FROM}.",
)
INTERPOLATION: Final = Complaint(
    "interpolation",
    "`${…}` stands here, and nothing is filled in for it.",
    "values that say what they mean",
    f"Write the value itself; {_SECRETS_COME_FROM}.",
)
HALF_A_CHARACTER: Final = Complaint(
    "character",
    "An escape stands here for half of a character (a surrogate).",
    "whole characters",
    "Write the character itself, in UTF-8.",
)
BEYOND_THE_PARSER: Final = Complaint(
    "syntax",
    "This is not YAML that can be read.",
    "",
    "Look for a broken escape, quote or tag; an editor with YAML support marks it.",
)


def duplicate(line: int) -> Complaint:
    """A key that stands on an earlier line already."""
    return Complaint(
        "duplicate-key", f"This key stands on line {line} already.", "each key once", "Remove one of the two."
    )


def key_not_text(text: str) -> Complaint:
    """A key that YAML reads as a number, a truth value or nothing."""
    return Complaint(
        "key",
        f"The key `{text or 'nothing'}` is not text to YAML.",
        "text as key",
        f"Write {shown(text)} in quotes.",
    )


def too_many_entries(most: int) -> Complaint:
    """A file that is larger than anything a platform needs."""
    return Complaint("too-many-entries", "This file has too many entries.", f"{most:,}", _SPLIT)


def too_deep(deepest: int) -> Complaint:
    """Entries that are nested more deeply than anything a platform needs."""
    return Complaint(
        "too-deep",
        "Entries are nested too deeply.",
        f"{deepest} levels",
        "No entry of a platform needs more than six; look for a missing line break or bracket.",
    )


def too_many_problems(most: int) -> Complaint:
    """More problems than anybody reads."""
    return Complaint(
        "too-many-problems", f"After {most} problems, reading stops here.", "", "Put these right first."
    )


# Parts of the messages of ruamel.yaml 0.19 (scanner.py, parser.py), what they mean, and the usual cure.
_SENTENCES: Final = (
    (
        "mapping values are not allowed",
        "A key cannot begin here.",
        "Begin it on a line of its own, indented like its neighbours, or put the text before it in quotes.",
    ),
    (
        "could not find expected ':'",
        "This line is neither `key: value` nor part of the value before it.",
        "Add the `:` after the key, or indent the line.",
    ),
    (
        "expected <block end>",
        "This line is not indented like its neighbours.",
        "Indent keys of one mapping equally; a list item begins with `- `.",
    ),
    (
        "expected ',' or",
        "A bracket or brace before this is not closed.",
        "Close it with ] or }, and separate its entries with commas.",
    ),
    (
        "found unexpected end of stream",
        "The file ends inside a quoted text.",
        "Close the quote.",
    ),
    (
        "found unexpected document separator",
        "A document ends inside a quoted text.",
        "Close the quote before `---` or `...`.",
    ),
    (
        "found unknown escape character",
        "This backslash begins no escape that YAML knows.",
        "Use single quotes, in which a backslash is an ordinary character.",
    ),
    (
        "expected escape sequence",
        "This escape is not complete.",
        "Use single quotes, in which a backslash is an ordinary character.",
    ),
    (
        "sequence entries are not allowed",
        "A list item cannot begin here.",
        "Begin it on a line of its own.",
    ),
    (
        "block sequence entries not allowed",
        "A list item cannot begin here.",
        "Begin it on a line of its own.",
    ),
    (
        "mapping keys are not allowed",
        "A key cannot begin here.",
        "Begin it on a line of its own.",
    ),
    (
        "expected the node content",
        "A value is missing before this.",
        "Write the value, or remove the comma or key before it.",
    ),
    (
        "expected <document start>",
        "Something follows after the end of the document.",
        "Keep one platform in one file, all of it in one mapping.",
    ),
    (
        "found incompatible YAML",
        "A directive stands here.",
        "Remove the % line.",
    ),
    (
        "expected alphabetic or numeric",
        "An anchor (`&`) or alias (`*`) without a name stands here; a platform file has neither.",
        "Put the text in quotes.",
    ),
)
_UNCLEAR: Final = (
    "This is not YAML.",
    "Look for a missing quote, bracket, colon or space at or before this place.",
)
_CHARACTERS: Final = {
    "\t": ("A tab is used for indentation.", "Indent with spaces."),
    "@": ("Text cannot begin with `@`.", "Put it in quotes."),
    "`": ("Text cannot begin with a backquote.", "Put it in quotes."),
    "%": ("Text cannot begin with `%`.", "Put it in quotes."),
}


def explain(problem: str, character: str) -> Complaint:
    """What is wrong and what to do, from the parser's words and the character that it stopped at."""
    if character == "\t" or "cannot start any token" in problem:
        found, fix = _CHARACTERS.get(character, _UNCLEAR)
    else:
        found, fix = next(((found, fix) for part, found, fix in _SENTENCES if part in problem), _UNCLEAR)
    return Complaint("syntax", found, "", fix)
