"""The plain program of the comparison: the same resources with literal inputs, and none of our code.

It uses the provider SDKs' own resource classes, as anybody's program would. With ``BENCH_WIRED=yes`` each
resource also waits for those that it needs, as in a program whose resources refer to each other. With
``BENCH_TURN=yes`` it gives the event loop one turn at its end.
"""

import asyncio
import importlib
import json
import os
import re
from pathlib import Path

import pulumi


def snake(name: str) -> str:
    """The SDK's spelling of a property: ``cidrBlock`` is ``cidr_block``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


made: dict[str, pulumi.Resource] = {}
for entry in json.loads(Path(os.environ["BENCH_RESOURCES"]).read_text(encoding="utf-8")):
    resource = getattr(importlib.import_module(entry["module"]), entry["class"])
    needs = [made[urn] for urn in entry["needs"] if urn in made] if os.environ["BENCH_WIRED"] == "yes" else []
    inputs = {snake(key): value for key, value in entry["inputs"].items()}
    made[entry["urn"]] = resource(entry["name"], **inputs, opts=pulumi.ResourceOptions(depends_on=needs))


async def turn() -> None:
    """Let every registration begin before the SDK waits for them."""
    await asyncio.sleep(0)


if os.environ["BENCH_TURN"] == "yes":
    pulumi.run(turn)
