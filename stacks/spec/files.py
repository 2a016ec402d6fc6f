"""From a path to text: a regular file of bounded size, in UTF-8, without control characters."""

import re
from pathlib import Path
from stat import S_ISREG
from typing import Final, NoReturn

from stacks.spec.problems import Position, Problem, SpecError

LARGEST: Final = 1024 * 1024
"""Bytes in a file."""

# YAML 1.2.2, section 5.1; https://yaml.org/spec/1.2.2/#51-character-set
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_text(file: Path) -> str:
    """The text of a file; a UTF-8 byte order mark is not part of it.

    Raises:
        SpecError: The file is not there, not readable, not a regular file, too large, not UTF-8, or binary.
    """
    return _decode(file, _bytes(file))


def stop(position: Position, code: str, found: str, *, allowed: str = "", fix: str) -> NoReturn:
    """Give up on a file because of one problem.

    Raises:
        SpecError: always.
    """
    raise SpecError([Problem(code=code, where=position, path=(), found=found, allowed=allowed, fix=fix)])


def _bytes(file: Path) -> bytes:
    start = Position(file, 1, 1)
    try:
        status = file.stat()
        if not S_ISREG(status.st_mode):
            what = "a folder" if file.is_dir() else "not a regular file"
            stop(start, "not-a-file", f"This is {what}.", fix="Name a YAML file.")
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except FileNotFoundError:
        stop(start, "missing-file", "There is no such file.", fix="Check the path, or write the file.")
    except PermissionError:
        stop(start, "unreadable-file", "This file may not be read.", fix="Grant read permission on it.")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not valid"
        stop(start, "unreadable-file", f"This file cannot be read: {reason}.", fix="Check the path.")
    if len(content) > LARGEST:
        allowed = f"at most {LARGEST // 1024} KiB"
        fix = "Split the platform into several stacks, each with its own file."
        stop(start, "too-large", "This file is too large.", allowed=allowed, fix=fix)
    return content


def _decode(file: Path, content: bytes) -> str:
    start = Position(file, 1, 1)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        stop(start, "not-utf-8", "This file is UTF-16 or UTF-32.", allowed="UTF-8", fix="Save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        where = Position(file, before.count(b"\n") + 1, column)
        found = f"The byte 0x{content[error.start]:02x} is not UTF-8."
        stop(where, "not-utf-8", found, allowed="UTF-8", fix="Save the file as UTF-8.")
    if (odd := _UNPRINTABLE.search(text)) is not None:
        before = text[: odd.start()]
        where = Position(file, before.count("\n") + 1, odd.start() - before.rfind("\n"))
        found = f"The control character U+{ord(odd.group()):04X} is not text; is this a binary file?"
        stop(where, "binary", found, allowed="printable characters", fix="Remove it, or name the right file.")
    if not text.strip():
        stop(start, "empty", "This file is empty.", fix="Begin with the example in stacks/platforms.")
    return text
