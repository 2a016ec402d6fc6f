"""Which kind of file it is, by its content and not by its name."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from policies.engine.offline import preview, state
from policies.engine.offline.snapshot import InputError, Snapshot

_STATE: Final = frozenset({"deployment", "checkpoint", "latest", "resources"})
_PREVIEW: Final = frozenset({"steps", "changeSummary", "diagnostics"})
_EVENT: Final = "sequence"

_KNOWN: Final = (
    "It can be an exported state (pulumi stack export), a preview (pulumi preview --json --show-sames), the "
    "event log of a preview, or a platform file."
)
_COMPRESSED: Final = b"\x1f\x8b"


def text_of(data: bytes) -> str:
    """Return the text of a file, in whichever encoding of Unicode it is.

    Raises:
        InputError: It is empty or no text.
    """
    if not data.strip():
        raise InputError(f"the file is empty. {_KNOWN}")
    if data.startswith(_COMPRESSED):
        raise InputError("the file is compressed. Unpack it first: gunzip -c FILE | trunkline scan -")
    try:
        # A shell on Windows writes UTF-16; JSON begins with ASCII, which tells the encodings apart.
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError(f"the file is not text. {_KNOWN}")
    return text


def is_json(text: str) -> bool:
    """Return whether ``text`` means to be JSON; a platform file does not."""
    return text.lstrip()[:1] in {"{", "["}


def read(text: str, *, partial: bool = False) -> Snapshot:
    """Read the text of a state or of a preview.

    Args:
        text: The text of the file.
        partial: Whether a preview that does not show every resource will do.

    Raises:
        InputError: It is neither, or is broken.
    """
    try:
        return _read(text, partial=partial)
    except RecursionError:
        raise InputError(
            "the JSON is nested more deeply than anything that Pulumi writes, so it was not read."
        ) from None


def _read(text: str, *, partial: bool) -> Snapshot:
    first, _, rest = text.strip().partition("\n")
    if rest and _is_event(first):
        return preview.of_events(_events(text), partial=partial)
    document = _parsed(text, "the file")
    if isinstance(document, Mapping):
        keys = set(cast("Mapping[str, Any]", document))
        if keys & _PREVIEW:
            return preview.of_digest(cast("Mapping[str, Any]", document), partial=partial)
        if keys & _STATE:
            return state.of_deployment(cast("Mapping[str, Any]", document), text)
        if _EVENT in keys:
            return preview.of_events([cast("Mapping[str, Any]", document)], partial=partial)
    raise InputError(f"the file is JSON, but nothing that can be judged. {_KNOWN}")


def _is_event(line: str) -> bool:
    try:
        event = json.loads(line)
    except ValueError:
        return False
    return isinstance(event, dict) and _EVENT in event


def _events(text: str) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            event = _parsed(line, f"line {number}")
            if not isinstance(event, Mapping):
                raise InputError(f"line {number} is no event of the engine.")
            yield cast("Mapping[str, Any]", event)


def _parsed(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated") or error.pos >= len(text.rstrip()) - len("false"):
            raise InputError(
                f"{where} ends in the middle of the JSON (line {error.lineno}, column {error.colno}): it "
                "was cut off while it was written. Write it again."
            ) from None
        raise InputError(
            f"{where} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}. {_KNOWN}"
        ) from None
    except ValueError:  # a number with thousands of digits
        raise InputError(f"{where} holds a number that no resource has.") from None
