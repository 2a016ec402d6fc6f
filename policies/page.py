"""The catalogue page: ``python -m policies.page`` rewrites docs/policies/catalogue.md from the rules."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from policies import catalogue
from policies.engine.configuration import schema_of
from policies.engine.controls import Control
from policies.engine.rule import ANY_KIND, Rule

_MANY: Final = 200
"""Kinds that a rule may judge before they are counted instead of listed."""
_LONG: Final = "policies/shapes/tables/taggable.json"

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
    rules = [_rule(rule, controls[rule.id]) for rule in catalogue.rules()]
    return "\n".join([_HEAD, *_overview(), *rules, *_frameworks()])


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


def _frameworks() -> Iterator[str]:
    """Yield what becomes of every control of every framework that is named here, mapped or not."""
    supported: dict[tuple[str, str], list[str]] = {}
    for rule, controls in catalogue.controls_by_rule().items():
        for control in controls:
            supported.setdefault((control.framework, control.id), []).append(f"{rule} ({control.strength})")
    yield "## Controls"
    yield ""
    yield "Only controls that somebody looked at are listed. A framework may have more."
    yield ""
    for name, framework in catalogue.frameworks().items():
        yield f"### {name} {framework.version}"
        yield ""
        yield f"{framework.source}."
        yield ""
        yield "| control | title | binding from | what becomes of it |"
        yield "|---|---|---|---|"
        for identity, title in framework.titles.items():
            left = framework.unmapped.get(identity)
            told = f"{left.coverage}: {left.why}" if left else ", ".join(supported.get((name, identity), []))
            yield f"| {identity} | {title} | {framework.effective.get(identity, '')} | {told} |"
        yield ""


def _kinds(checks: Iterable[str]) -> list[str]:
    """Return one line for each kind; the list of a kind goes without saying."""
    kinds = [kind for kind in sorted(checks) if kind != ANY_KIND and not kind.endswith("List")]
    named = [f"- `{kind}`" for kind in kinds] if len(kinds) <= _MANY else _counted(kinds)
    return ["", *named, *(["- every other kind"] if ANY_KIND in set(checks) else [])]


def _counted(kinds: Iterable[str]) -> list[str]:
    """Return one line for each package, where a list of all its kinds would hide the rest of the page."""
    packages = Counter(kind.partition(":")[0] for kind in kinds)
    return [f"- {count} kinds of `{package}`, see `{_LONG}`" for package, count in sorted(packages.items())]


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
