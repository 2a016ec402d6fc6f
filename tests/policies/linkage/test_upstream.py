"""A waiver of a finding about data ends when the data changes, and not when a line moves."""

from policies.engine import Finding, Resource
from policies.provenance.prv005_licences_kept import RULE
from policies.provenance.prv021_evaluation_apart import RULE as APART
from tests.policies.cases import LATER, findings, waiver_for, with_waivers
from tests.policies.declared import chain, dataset, evaluation, model, source, training

SOLD = chain(source={"license": "CC-BY-NC-4.0"})


def after(stack: list[Resource]) -> list[Finding]:
    """Return what is found in ``stack`` with the waiver that was approved for :data:`SOLD`."""
    by = with_waivers(waiver_for(RULE, SOLD[-1], SOLD))
    return list(findings(RULE, stack, by=by))


def test_a_waiver_holds_while_the_data_stays_as_it_is() -> None:
    (finding,) = after(SOLD)
    assert finding.waived


def test_a_line_that_moves_ends_no_waiver() -> None:
    inputs = [{"node": "model:ranker", "edge": "servedBy", "position": "acme.yaml:90"}]
    moved = chain(
        source={"license": "CC-BY-NC-4.0", "position": "acme.yaml:7"},
        endpoint={"position": "acme.yaml:91", "inputs": inputs},
    )
    (finding,) = after(moved)
    assert finding.waived


def test_a_waiver_ends_when_a_dataset_upstream_changes() -> None:
    changed = chain(source={"license": "CC-BY-NC-4.0"}, dataset={"version": "2026-11"})
    violation, about = after(changed)
    assert not violation.waived
    assert "upstream, dataset:clicks changed since it was approved" in about.message


def test_a_waiver_ends_when_a_dataset_joins() -> None:
    joined = [
        *chain(
            source={"license": "CC-BY-NC-4.0"},
            training={
                "inputs": [
                    {"node": f"{name}", "edge": "trainedOn"} for name in ("featureView:user_7d", "dataset:b")
                ]
            },
        ),
        dataset("b"),
    ]
    violation, about = after(joined)
    assert not violation.waived
    assert "dataset:b, training:ranker changed" in about.message


def test_what_is_unknown_in_a_preview_ends_no_waiver() -> None:
    (finding,) = after(chain(source={"license": "CC-BY-NC-4.0"}, training={"identities": [LATER]}))
    assert finding.waived


def test_what_a_model_is_judged_on_is_upstream_of_its_waiver() -> None:
    stack = [
        source("app"),
        dataset("clicks", "derivedFrom source:app"),
        training("m", "trainedOn dataset:clicks"),
        evaluation("m", "testedOn dataset:clicks"),
        model("m", "producedBy training:m", "evaluatedBy evaluation:m"),
    ]
    upstream = waiver_for(APART, stack[-1], stack)["upstream"]
    assert set(upstream) == {"source:app", "dataset:clicks", "training:m", "evaluation:m"}
