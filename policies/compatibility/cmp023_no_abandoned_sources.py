"""CMP-023: charts and images that nobody keeps up are not used.

Source: policies/compatibility/tables/abandoned.toml, each row with its own.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    forbid,
)
from policies.engine.data import read
from policies.engine.truth import YES
from policies.engine.view import Plain
from policies.shapes import charts, pods

_TABLE: Final = read(Path(__file__).parent / "tables" / "abandoned.toml")
_CHARTS: Final = cast("Mapping[str, Mapping[str, str]]", _TABLE["charts"])
_IMAGES: Final = cast("Mapping[str, Mapping[str, str]]", _TABLE["images"])


def _release(release: Resource, _: Settings) -> Iterator[Claim]:
    for name, row in _CHARTS.items():
        yield forbid(
            charts.installs(release, (name,)) & _from(release, row),
            f"the chart {name} is {row['state']}; {row['instead']}",
            at=release["chart"],
        )


def _from(release: Resource, row: Mapping[str, str]) -> Truth:
    """Return whether the chart comes from the repository of the row; without one, any repository counts."""
    if "repository" not in row:
        return YES
    places = (release["chart"], release["repositoryOpts"]["repo"])
    return any_of(place.satisfies(lambda text: row["repository"] in str(text)) for place in places)


def _pods(resource: Resource, _: Settings) -> Iterator[Claim]:
    for spec in pods.specs(resource):
        for container in pods.containers(spec):
            for prefix, row in _IMAGES.items():
                yield forbid(
                    container["image"].satisfies(partial(_begins, prefix)),
                    f"the image {container['image']} is {row['state']}; {row['instead']}",
                    at=container["image"],
                )


def _begins(prefix: str, image: Plain) -> bool:
    text = str(image).removeprefix("docker.io/").removeprefix("index.docker.io/")
    return text.startswith(prefix)


RULE = Rule(
    id="CMP-023",
    version=1,
    title="Charts and images that nobody keeps up are not used",
    why="What has no maintainer gets no security fix, and several of these sources have gone "
    "behind a paywall or been archived.",
    fix="Take the replacement that the finding names.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={**dict.fromkeys(charts.KINDS, _release), **dict.fromkeys(pods.PATHS, _pods)},
)
