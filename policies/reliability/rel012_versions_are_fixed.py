"""REL-012: what runs tomorrow is what was tested today."""

import re
from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
    require,
)
from policies.engine.view import Plain
from policies.shapes import charts, pods

# Helm takes ranges and shortened versions too: https://helm.sh/docs/chart_best_practices/dependencies/#versions
_EXACT: Final = re.compile(r"=?v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?")
_LOCAL: Final = re.compile(r"\.{1,2}/|/|file://")


def _pods(resource: Resource, settings: Settings) -> Iterator[Claim]:
    floating = frozenset(settings.texts("floatingTags"))
    for spec in pods.specs(resource):
        images = [container["image"] for container in pods.containers(spec)]
        images += [volume["image"]["reference"] for volume in spec["volumes"].each()]
        for image in images:
            yield forbid(
                image.satisfies(lambda text: _floats(text, floating)),
                f"the image {image} may be another one tomorrow: it has no tag, or one that moves",
                at=image,
            )


def _floats(text: Plain, floating: frozenset[str]) -> bool:
    """Return whether an image reference has neither a digest nor a tag that stays."""
    reference = str(text)
    if "@sha256:" in reference or not reference:
        return False
    tag = reference.rpartition("/")[2].partition(":")[2]
    return tag in floating or not tag


def _chart(release: Resource, _: Settings) -> Iterator[Claim]:
    version, chart = release["version"], release["chart"]
    # A chart beside the program has the version of the program.
    local = chart.satisfies(lambda text: _LOCAL.match(str(text)) is not None)
    fixed = version.satisfies(lambda text: _EXACT.fullmatch(str(text)) is not None)
    named = chart.satisfies(lambda text: str(text).startswith("oci://") and "@sha256:" in str(text))
    yield require(
        local | fixed | named,
        f"the chart {chart} may be another one tomorrow: its version is {version}",
        at=version,
    )


RULE = Rule(
    id="REL-012",
    version=1,
    title="Images and charts have fixed versions",
    why="A node that restarts at night pulls what a tag means by then, and no commit says what changed.",
    fix="Pin images by digest, or by a tag that is never moved, and charts to one exact version.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={**dict.fromkeys(pods.PATHS, _pods), **dict.fromkeys(charts.KINDS, _chart)},
    parameters={
        "floatingTags": Parameter(
            about="Tags of images that are moved from one build to the next.",
            schema={"type": "array", "items": {"type": "string"}},
            default=[
                "latest",
                "stable",
                "main",
                "master",
                "edge",
                "nightly",
                "dev",
                "devel",
                "canary",
                "rolling",
            ],
        )
    },
)
