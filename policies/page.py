"""The catalogue page: ``python -m policies.page`` rewrites docs/policies/catalogue.md from the rules."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from policies import catalogue
from policies.engine.configuration import schema_of
from policies.engine.controls import Control
from policies.engine.rule import Rule

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "policies" / "catalogue.md"

_HEAD: Final = """\
# Catalogue of rules

<!-- Written by `python -m policies.page` from the rules themselves. A test fails when it is stale. -->

How to run, configure and waive them is told in [README.md](README.md). A control listed here is supported by
the rule as far as the word beside it says, and no further: *enforced* means that every breach a program can
show is refused, *partial* that the control asks for more, *evidence* that the rule only shows something an
assessor asks for. A person must confirm the mapping before anyone claims compliance with it.
"""


def render() -> str:
    """Return the page."""
    controls = catalogue.controls_by_rule()
    parts = [_HEAD, *_overview(), *(_rule(rule, controls[rule.id]) for rule in catalogue.rules())]
    return "\n".join(parts)


def _overview() -> Iterator[str]:
    yield "| rule | promise | severity | enforcement | answers |"
    yield "|---|---|---|---|---|"
    for rule in catalogue.rules():
        link = f"[{rule.id}](#{rule.id.lower()})"
        yield f"| {link} | {rule.title} | {rule.severity} | {rule.enforcement} | {_when(rule)} |"
    yield ""


def _when(rule: Rule) -> str:
    if rule.alone and rule.joined:
        return "before creation, and when all resources are known"
    return "when all resources are known" if rule.joined else "before creation"


def _rule(rule: Rule, controls: Sequence[Control]) -> str:
    lines = [
        f"## {rule.id}",
        "",
        f"**{rule.title}.** {rule.why}",
        "",
        f"*Fix:* {rule.fix}",
        "",
        f"Version {rule.version}, {rule.severity}, {rule.enforcement}; what is unknown: {rule.unknown}.",
        "",
        "Judges by itself:" if rule.alone else "Judges nothing by itself.",
        *_kinds(rule.alone),
        "",
        *(["Judges among all resources:", *_kinds(rule.joined), ""] if rule.joined else []),
        "| setting | meaning | default |",
        "|---|---|---|",
        *(
            f"| `{name}` | {schema['description']} | `{json.dumps(schema['default'])}` |"
            for name, schema in schema_of(rule).items()
        ),
        "",
        "| control | title | covered | binding from | source |",
        "|---|---|---|---|---|",
        *(
            f"| {control.framework} {control.version}, {control.id} | {control.title} | {control.strength} | "
            f"{control.effective or 'not by law'} | {control.source} |"
            for control in controls
        ),
        "",
    ]
    return "\n".join(lines)


def _kinds(checks: Iterable[str]) -> list[str]:
    """Return one line for each kind; the list of a kind goes without saying."""
    return ["", *(f"- `{kind}`" for kind in sorted(checks) if not kind.endswith("List"))]


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
