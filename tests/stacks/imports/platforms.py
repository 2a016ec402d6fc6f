"""A platform file whose dataset ``clicks`` names a contract, written into a folder for a test."""

import json
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).with_name("contracts")
ODCS = (CONTRACTS / "clicks.odcs.yaml").read_text("utf-8")
CROISSANT = (CONTRACTS / "clicks.croissant.json").read_text("utf-8")

_HEAD = """\
platform: acme
owner: {team: ml, contact: ml@acme.example}
sites:
  aws: {kind: eks, region: eu-central-1, cidr: 10.1.0.0/16}
objectStores:
  raw: {site: aws}
datasets:
"""
LINE = _HEAD.count("\n") + 1
"""Where the dataset stands."""


def platform(
    folder: Path, contract: str | bytes, /, *, called: str = "clicks", rest: str = "", **said: Any
) -> Path:
    """Write a platform file whose dataset says ``said`` itself and takes the rest from ``contract``.

    Args:
        folder: Where to write.
        contract: What the contract holds.
        called: The name of the dataset.
        rest: What follows in the platform file.
        said: Keys of the dataset.
    """
    file = folder / "contracts" / "clicks.contract"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(contract.encode() if isinstance(contract, str) else contract)
    entry = {"store": "raw", "contract": "contracts/clicks.contract", **said}
    entry = {key: value for key, value in entry.items() if value is not None}
    written = folder / "platform.yaml"
    written.write_text(f"{_HEAD}  {called}: {json.dumps(entry)}\n{rest}", encoding="utf-8")
    return written


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Return ``text`` with each change made in the one place where it fits."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def croissant(**changes: Any) -> str:
    """Return the Croissant file with other values at the top; ``None`` removes one."""
    document: dict[str, Any] = {**json.loads(CROISSANT), **changes}
    return json.dumps({key: value for key, value in document.items() if value is not None}, indent=1)
