import dataclasses
from collections.abc import Iterator

import pytest

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Verdict,
    configuration,
    evaluate,
    require,
)
from policies.engine.configuration import Configuration
from policies.engine.evaluate import evaluate_alone
from policies.engine.rule import ANY_KIND
from tests.policies.cases import LATER, resource, secret, told, urn_of

BUCKET = "aws:s3/bucket:Bucket"


def _named(bucket: Resource, _: Settings) -> Iterator[Claim]:
    yield require(bucket["bucket"].equals("good"), f"the name is {bucket['bucket']}")


def _breaks(bucket: Resource, _: Settings) -> Iterator[Claim]:
    yield require(bucket["acl"].equals("private"), "the ACL is not private")
    raise KeyError(str(bucket["bucket"].raw))


RULE = Rule(
    id="TST-001",
    version=1,
    title="Buckets are good",
    why="",
    fix="",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={BUCKET: _named},
)


def configured(rule: Rule) -> Configuration:
    return configuration.default([rule])


def bucket(name: str, value: object) -> Resource:
    return resource(BUCKET, name, {"bucket": value})


@pytest.mark.parametrize(
    ("unknown", "settled", "blocks", "deferred"),
    [
        (OnUnknown.FAIL, False, True, False),
        (OnUnknown.FAIL, True, True, False),
        (OnUnknown.WARN, False, False, False),
        (OnUnknown.WARN, True, False, False),
        (OnUnknown.DEFER, False, False, True),
        (OnUnknown.DEFER, True, True, False),
    ],
)
def test_what_becomes_of_an_unknown(
    unknown: OnUnknown, *, settled: bool, blocks: bool, deferred: bool
) -> None:
    rule = dataclasses.replace(RULE, unknown=unknown)
    (finding,) = evaluate([rule], Inventory([bucket("a", LATER)]), configured(rule), settled=settled).findings
    assert finding.verdict is Verdict.UNKNOWN
    assert (finding.blocks, finding.deferred) == (blocks, deferred)


def test_one_unknown_resource_hides_no_violation_of_another() -> None:
    stack = [bucket("a", LATER), bucket("b", "bad"), bucket("c", "good")]
    for order in (stack, stack[::-1]):
        result = evaluate([RULE], Inventory(order), configured(RULE), settled=False)
        assert list(result.verdicts.values()) == [Verdict.UNKNOWN, Verdict.FAIL, Verdict.PASS]
        assert told(result.findings)[1] == "b.bucket: the name is 'bad'"
        assert result.blocks


def test_a_rule_that_breaks_fails_closed_and_says_nothing_that_was_secret() -> None:
    rule = dataclasses.replace(RULE, alone={BUCKET: _breaks})
    found = evaluate(
        [rule], Inventory([bucket("a", secret("hunter2"))]), configured(rule), settled=False
    ).findings
    (error,) = found
    assert error.verdict is Verdict.ERROR
    assert error.blocks
    assert error.message.startswith("the rule broke on this resource (KeyError in test_evaluation.py, line ")
    assert "hunter2" not in str(found)


def test_what_a_rule_claimed_before_it_broke_is_kept() -> None:
    rule = dataclasses.replace(RULE, alone={BUCKET: _breaks})
    public = resource(BUCKET, "a", {"bucket": "a", "acl": "public-read"})
    found = evaluate([rule], Inventory([public]), configured(rule), settled=False).findings
    assert [finding.verdict for finding in found] == [Verdict.ERROR, Verdict.FAIL]


def test_a_disabled_rule_is_not_run_and_an_advisory_one_does_not_block() -> None:
    stack = Inventory([bucket("a", "bad")])
    off = configuration.read({RULE.id: "disabled"}, [RULE])
    assert evaluate([RULE], stack, off, settled=False) == evaluate([], stack, off, settled=False)
    soft = evaluate([RULE], stack, configuration.read({RULE.id: "advisory"}, [RULE]), settled=False)
    assert [finding.blocks for finding in soft.findings] == [False]
    assert soft.verdicts == {(RULE.id, urn_of(BUCKET, "a")): Verdict.FAIL}


def test_before_an_update_the_inputs_count_and_after_it_the_outputs() -> None:
    def drifted(*, settled: bool) -> Resource:
        return resource(
            BUCKET, "a", {"bucket": "good"}, outputs={"bucket": "bad", "arn": LATER}, settled=settled
        )

    for settled, expected in ((False, []), (True, ["a.bucket: the name is 'bad'"])):
        found = evaluate([RULE], Inventory([drifted(settled=settled)]), configured(RULE), settled=settled)
        assert told(found.findings) == expected


def test_alone_and_together_say_the_same_of_one_resource() -> None:
    it = bucket("a", "bad")
    alone = evaluate_alone([RULE], it, configured(RULE), settled=False)
    assert alone == evaluate([RULE], Inventory([it]), configured(RULE), settled=False).findings


def test_a_resource_without_inputs_is_judged_by_its_outputs() -> None:
    it = Resource(urn="u", type=BUCKET, name="a", outputs={"bucket": "bad"})
    assert told(evaluate([RULE], Inventory([it]), configured(RULE), settled=False).findings) == [
        "u.bucket: the name is 'bad'"
    ]


def test_a_check_of_every_kind_leaves_those_with_a_check_of_their_own() -> None:
    def anything(one: Resource, _: Settings) -> Iterator[Claim]:
        yield require(one["name"].equals("good"), "the name is not good")

    rule = dataclasses.replace(RULE, alone={ANY_KIND: anything, BUCKET: _named})
    queue = resource("aws:sqs/queue:Queue", "jobs", {"name": "bad"})
    stack = [bucket("a", "good"), queue]
    found = evaluate([rule], Inventory(stack), configured(rule), settled=False)
    assert told(found.findings) == ["jobs.name: the name is not good"]
    assert set(found.verdicts) == {(rule.id, item.urn) for item in stack}
    assert told(evaluate_alone([rule], queue, configured(rule), settled=False)) == told(found.findings)
