"""The page for a person shows what blocks first, and everything else too."""

import io
import re

from rich.console import Console

from policies.report import render, terminal
from tests.policies.engine.files import ACL, entry, state
from tests.policies.report.samples import SAMPLES, full, report_of, settled


def lines(text: str) -> list[str]:
    """Return lines with their layout taken out."""
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]


def test_findings_stand_below_their_resource_the_worst_first() -> None:
    shown = lines(render(full(), "terminal"))
    headings = [line for line in shown if re.match(r"[\w-]+ aws:", line)]
    assert headings == [
        "docs-acl aws:s3/bucketAcl:BucketAcl stacks/my stores.py:18",
        "docs aws:s3/bucket:Bucket stacks/my stores.py:18",
        "key aws:kms/key:Key",
        "later-acl aws:s3/bucketAcl:BucketAcl",
        "waived-acl aws:s3/bucketAcl:BucketAcl",
    ]
    at = shown.index(headings[0])
    assert shown[at + 1 : at + 3] == [
        "blocks critical SEC-901 acl: the ACL is 'public-read'",
        "fix: Mend it.",
    ]


def test_waived_deferred_and_broken_ones_are_told_apart() -> None:
    text = "\n".join(lines(render(full(), "terminal")))
    assert "waived critical SEC-901 acl: the ACL is 'public-read'\nwaived until " in text
    assert "deferred critical SEC-901 acl: it is not known whether this holds" in text
    assert "blocks medium CST-904 error: the rule broke on this resource (KeyError" in text
    assert "About no resource" in text or "waivers" in text


def test_a_path_through_the_graph_is_shown_hop_by_hop() -> None:
    text = "\n".join(lines(render(full(), "terminal")))
    assert (
        "path: dataset clicks (acme.yaml:31)\n"
        "path: -[trainedOn]-> training ranker (acme.yaml:40)\n"
        "path: -[servedBy]-> endpoint rank"
    ) in text


def test_the_summary_and_the_verdicts_of_each_rule_are_counted() -> None:
    shown = lines(render(full(), "terminal"))
    assert "severity blocks advisory deferred waived" in shown
    assert "critical 1 1 1" in shown
    assert "rule promise pass fail unknown error" in shown
    assert "SEC-901 Promise of SEC-901 1 2 1" in shown
    assert "Nothing to judge for: CMP-905" in shown
    assert shown[-1] == "3 findings block."


def test_what_became_of_deferred_findings_is_shown() -> None:
    shown = lines(render(settled(), "terminal"))
    assert "Deferred findings: 1 closed, 1 still open" in shown
    assert "closed SEC-901 of later-acl, deferred on 2026-11-23T16:49:42+00:00: pass" in shown
    assert "Not judged: 1 resource, waiting for deletion." in shown


def test_a_stack_without_findings_says_so() -> None:
    shown = lines(render(SAMPLES["empty"], "terminal"))
    assert shown[0] == "State: 0 resources in state.json"
    assert shown[-1] == "No finding blocks."


def test_a_name_cannot_take_over_the_terminal() -> None:
    name = "a\u001b[31m\u202e\u200b\r\n[red]x[/red]\ud800"
    report = report_of(state(entry(ACL, name, {"acl": "x"})), name="\u001b]0;title\u0007.json")
    console = Console(file=io.StringIO(), force_terminal=False, width=300)
    with console.capture() as captured:
        terminal.show(report, console)
    shown = captured.get()
    assert not set(shown) & set("\u001b\u0007\u202e\u200b\r\ud800")
    assert "a\\u001b[31m\\u202e\\u200b\\u000d\\u000a[red]x[/red]\\ud800" in shown
