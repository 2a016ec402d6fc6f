"""How secrets rest in the database: sealed with a key that only its owner can read.

A secret must survive in the database, because ``Read`` gives the object back with its secrets, and must
not stand there in plain text, because the file gets copied into bug reports. The key lies beside it in
``sandbox.key`` with mode 0600 and never leaves the directory. This protects copies of the database, not a
machine whose owner is the attacker.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken

from stacks.sandbox.errors import SandboxError
from stacks.sandbox.wire import SECRET, SIGNATURE, UNKNOWN, Blob, Secret, Unknown, secret

if TYPE_CHECKING:
    from pathlib import Path

_SEALED = "sealed"
_UNKNOWN = "unknown"
_BLOB = "blob"


class Vault:
    """Turns properties into JSON text and back, sealing every secret."""

    def __init__(self, key_file: Path) -> None:
        """Use the key in ``key_file``, which is made where there is none."""
        self._fernet = Fernet(_key(key_file))
        self._key_file = key_file

    def dump(self, properties: dict[str, Any]) -> str:
        """Write properties as JSON in which no secret can be read."""
        return json.dumps(self._sealed(properties), separators=(",", ":"))

    def load(self, written: str) -> dict[str, Any]:
        """Read what :meth:`dump` wrote; raises :class:`SandboxError` where the key is not the right one."""
        return self._opened(json.loads(written))

    def _sealed(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self._sealed(item) for key, item in value.items()}
            case list():
                return [self._sealed(item) for item in value]
            case Secret(inner):
                token = self._fernet.encrypt(json.dumps(self._sealed(inner)).encode())
                return {SIGNATURE: SECRET, _SEALED: token.decode()}
            case Unknown():
                return {SIGNATURE: _UNKNOWN}
            case Blob(fields):
                # As pairs: an asset carries the engine's signature key itself.
                return {SIGNATURE: _BLOB, _BLOB: [[key, self._sealed(item)] for key, item in fields.items()]}
            case _:
                return value

    def _opened(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._opened(item) for item in value]
        if not isinstance(value, dict):
            return value
        kind = value.get(SIGNATURE)
        if kind == SECRET:
            try:
                return secret(self._opened(json.loads(self._fernet.decrypt(value[_SEALED]))))
            except InvalidToken:
                raise SandboxError(
                    f"{self._key_file} is not the key that the secrets beside it were sealed with. "
                    "Put the right key back, or remove the sandbox's directory and start anew."
                ) from None
        if kind == _UNKNOWN:
            return UNKNOWN
        if kind == _BLOB:
            return Blob({key: self._opened(item) for key, item in value[_BLOB]})
        return {key: self._opened(item) for key, item in value.items()}


def _key(key_file: Path) -> bytes:
    try:
        return key_file.read_bytes()
    except FileNotFoundError:
        pass
    # Written aside and linked into place, so that of two processes that start at once one key wins whole.
    fresh = key_file.with_name(f"{key_file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
    try:
        os.link(fresh, key_file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return key_file.read_bytes()
