"""What AWS lets whom do: each case is one question of the policy evaluation logic."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from policies.engine import Inventory, Resource
from policies.linkage import access
from policies.linkage.access import tables
from tests.policies.cases import LATER, policy, resource, urn_of
from tests.policies.linkage.stacks import (
    ATTACHMENT,
    BUCKET,
    BUCKET_POLICY,
    POLICY,
    ROLE,
    ROLE_POLICY,
    at_bucket,
    bucket,
    dataset,
    inline,
    role,
    trust,
)

raw = bucket("raw")
READER = role("reader")
STORED = [raw, dataset("clicks", raw)]
ARN = "arn:aws:iam::111122223333:role/reader"

Told = Mapping[str, Mapping[str, bool | None]]


def told(*stack: Resource) -> Told:
    """Return, for each identity, its actions on the stores of a stack and whether it may do them."""
    found: dict[str, dict[str, bool | None]] = {}
    for grant in access.of(Inventory(stack)).grants:
        if ":kms/" not in grant.target.urn:
            for action in grant.actions:
                known = found.setdefault(str(grant.identity), {})
                known[action.value] = known.get(action.value) or grant.holds.state
    return found


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::raw/*", **more}


def deny(**more: Any) -> dict[str, Any]:
    return allow(Effect="Deny", **more)


READS: Told = {"role reader": {"read": True}}
MAYBE: Told = {"role reader": {"read": None}}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow()], READS),
        ([allow(Action=["s3:List*"])], {}),
        ([allow(Action="S3:getobject")], READS),
        ([allow(Action="s3:GetObjectVersion")], READS),
        ([allow(Action="s3:*")], {"role reader": {"read": True, "write": True}}),
        (
            [allow(Action="*", Resource="*")],
            {"role reader": {"read": True, "write": True, "admin": True}},
        ),
        ([allow(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::raw")], {"role reader": {"admin": True}}),
        ([allow(Action="s3:PutBucketPolicy")], {}),
        ([allow(Resource="arn:aws:s3:::raw")], {}),
        ([allow(Resource="arn:aws:s3:::ra?/*")], READS),
        ([allow(Resource="arn:aws:s3:::other/*")], {}),
        ([allow(Resource="arn:aws:s3:::*/clicks/*")], READS),
        ([allow(Resource="arn:aws:s3:::*clicks*")], MAYBE),
        ([allow(Resource="arn:aws:s3:::r*")], READS),
        ([allow(Resource="arn:aws-cn:s3:::raw/*")], READS),
        ([allow(Resource="arn:aws:s3:::${aws:PrincipalTag/team}/*")], MAYBE),
        (
            [{"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"}],
            {"role reader": {"read": True, "write": True, "admin": True}},
        ),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], {}),
        ([{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::raw/*"}], {}),
        ([{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::raw/x/*"}], READS),
        ([allow(), deny()], {}),
        ([allow(), deny(Action="s3:PutObject")], READS),
        ([allow(), deny(Resource="arn:aws:s3:::raw/secret/*")], READS),
        ([allow(), {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}], READS),
        ([allow(), {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::raw/*"}], READS),
        ([allow(), {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"}], {}),
        ([allow(), deny(Condition={"Bool": {"aws:SecureTransport": "false"}})], READS),
        ([allow(), deny(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], MAYBE),
        ([allow(Condition={"NumericGreaterThan": {"s3:TlsVersion": "1.2"}})], READS),
        ([allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})], MAYBE),
        ([allow(), allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})], READS),
    ],
    ids=lambda value: json.dumps(value)[:80],
)
def test_statements_of_a_role(statements: Sequence[Mapping[str, Any]], expected: Told) -> None:
    assert told(*STORED, READER, inline("p", "reader", *statements)) == expected


def test_a_path_is_a_part_of_its_bucket() -> None:
    stack = [raw, dataset("clicks", raw, path="/clicks/"), dataset("users", raw, path="users"), READER]
    grants = access.of(
        Inventory([*stack, inline("p", "reader", allow(Resource="arn:aws:s3:::raw/cl*"))])
    ).grants
    assert [(grant.target.path, grant.holds.state) for grant in grants] == [("clicks/", True)]
    unknown = [
        raw,
        dataset("clicks", raw, path=LATER),
        READER,
        inline("p", "reader", allow(Resource="arn:aws:s3:::raw/cl*")),
    ]
    assert told(*unknown) == MAYBE
    whole = [*unknown[:3], inline("p", "reader", allow())]
    assert told(*whole) == READS


def test_policies_come_from_everywhere_a_role_has_them() -> None:
    attached = resource(
        ATTACHMENT,
        "a",
        {"role": "reader", "policyArn": LATER},
        made_from={"policyArn": [urn_of(POLICY, "p")]},
    )
    document = {"policy": policy(allow())}
    assert told(*STORED, READER, attached, resource(POLICY, "p", document)) == READS
    assert told(*STORED, role("reader", inlinePolicies=[{"name": "p", **document}])) == READS
    managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    assert told(*STORED, role("reader", managedPolicyArns=[managed])) == READS
    exclusive = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
    assert (
        told(*STORED, READER, resource(exclusive, "e", {"roleName": "reader", "policyArns": [managed]}))
        == READS
    )
    everybody = resource(
        "aws:iam/policyAttachment:PolicyAttachment",
        "e",
        {"roles": ["reader"], "users": ["ada"], "policyArn": managed},
    )
    assert told(*STORED, READER, everybody) == {**READS, "role ada": {"read": True}}
    assert told(*STORED, role("reader", managedPolicyArns=["arn:aws:iam::111122223333:policy/house"])) == {
        "role reader": {"read": None, "write": None, "admin": None}
    }


def test_amazons_own_policies_are_read_like_any_other() -> None:
    managed = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    named = bucket("my-sagemaker-data")
    full = {"role reader": {"read": True, "write": True}}
    assert told(named, dataset("clicks", named), role("reader", managedPolicyArns=[managed])) == full
    # An object with such a name might lie in any bucket.
    perhaps = {"role reader": {"read": None, "write": None}}
    assert told(*STORED, role("reader", managedPolicyArns=[managed])) == perhaps
    # It asks for the service that calls.
    conditional = "arn:aws:iam::aws:policy/AWSRoboMaker_FullAccess"
    assert told(*STORED, role("reader", managedPolicyArns=[conditional])) == MAYBE


def test_members_of_a_group_have_what_the_group_has() -> None:
    stack = [
        *STORED,
        resource("aws:iam/user:User", "ada", {"name": "ada"}),
        resource("aws:iam/group:Group", "analysts", {"name": "analysts"}),
        resource("aws:iam/groupMembership:GroupMembership", "m", {"group": "analysts", "users": ["ada"]}),
        resource("aws:iam/groupPolicy:GroupPolicy", "p", {"group": "analysts", "policy": policy(allow())}),
    ]
    found = access.of(Inventory(stack))
    assert {str(grant.identity) for grant in found.grants} == {"group analysts"}
    assert [(str(act.actor), str(act.identity), act.holds.state) for act in found.acts] == [
        ("user ada", "group analysts", True)
    ]


def test_a_boundary_takes_away_what_it_does_not_allow() -> None:
    bounded = role("reader", permissionsBoundary="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    all_of_s3 = inline("p", "reader", allow(Action="s3:*", Resource="*"))
    assert told(*STORED, bounded, all_of_s3) == READS
    house = role("reader", permissionsBoundary="arn:aws:iam::111122223333:policy/house")
    assert told(*STORED, house, inline("p", "reader", allow())) == MAYBE
    # What the bucket itself allows to the role is not bounded in its own account.
    assert (
        told(
            *STORED,
            role("reader", permissionsBoundary="arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"),
            at_bucket("raw", allow(Principal={"AWS": "reader"})),
        )
        == READS
    )


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (
            {"AWS": "arn:aws:iam::111122223333:role/other"},
            {"role arn:aws:iam::111122223333:role/other": {"read": True}},
        ),
        ({"AWS": "reader"}, READS),
        ({"AWS": ["reader", "arn:aws:sts::1:assumed-role/reader/s"]}, READS),
        ("*", {"everyone": {"read": True}}),
        ({"AWS": "*"}, {"everyone": {"read": True}}),
        ({"Service": "cloudfront.amazonaws.com"}, {"service cloudfront.amazonaws.com": {"read": True}}),
        ({"AWS": "arn:aws:iam::999988887777:root"}, {}),
        ({"CanonicalUser": "79a5"}, {"account 79a5": {"read": True}}),
    ],
    ids=json.dumps,
)
def test_whom_a_bucket_lets_in(principal: Any, expected: Told) -> None:
    assert told(*STORED, READER, at_bucket("raw", allow(Principal=principal))) == expected


def test_another_account_is_somebody_once_the_own_one_is_known() -> None:
    known = resource(BUCKET, "raw", {"bucket": "raw"}, outputs={"arn": "arn:aws:s3:::raw"})
    table = resource(
        "aws:dynamodb/table:Table",
        "t",
        {"name": "t"},
        outputs={"arn": "arn:aws:dynamodb:eu-1:111122223333:table/t"},
    )
    stack = [known, dataset("clicks", known), table]
    own = at_bucket("raw", allow(Principal={"AWS": "arn:aws:iam::111122223333:root"}))
    other = at_bucket("raw", allow(Principal={"AWS": "999988887777"}))
    assert told(*stack, own) == {}
    assert told(*stack, other) == {"account 999988887777": {"read": True}}


def test_an_arn_that_a_program_spells_out_before_the_role_exists() -> None:
    lets = at_bucket("raw", allow(Principal={"AWS": ARN}))
    assert told(*STORED, READER, lets) == READS
    elsewhere = outputs_of(READER, arn="arn:aws:iam::999988887777:role/reader")
    assert told(*STORED, elsewhere, lets) == {f"role {ARN}": {"read": True}}


def test_everyone_but_some() -> None:
    named = outputs_of(READER, arn=ARN)
    left_out = {"Effect": "Deny", "NotPrincipal": {"AWS": ARN}, "Action": "s3:*", "Resource": "*"}
    assert told(*STORED, named, inline("p", "reader", allow()), at_bucket("raw", left_out)) == READS
    other = role("other")
    assert told(*STORED, named, other, inline("p", "other", allow()), at_bucket("raw", left_out)) == {}


def test_only_some_by_a_condition_on_the_caller() -> None:
    named = outputs_of(READER, arn=ARN)
    only = allow(Principal="*", Condition={"ArnEquals": {"aws:PrincipalArn": ARN}})
    assert told(*STORED, named, at_bucket("raw", only)) == READS
    but = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:role/re*"]}},
    }
    lets = inline("p", "reader", allow())
    assert told(*STORED, named, lets, at_bucket("raw", but)) == READS
    other = outputs_of(role("other"), arn="arn:aws:iam::111122223333:role/other")
    assert told(*STORED, other, inline("p", "other", allow()), at_bucket("raw", but)) == {}
    assert told(*STORED, READER, lets, at_bucket("raw", but)) == MAYBE


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalArn": ARN}}, READS),
        ({"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/other"}}, {}),
        ({"StringEqualsIfExists": {"aws:PrincipalAccount": ["111122223333", "1"]}}, READS),
        ({"StringEquals": {"aws:PrincipalAccount": "999988887777"}}, {}),
        ({"StringNotEquals": {"aws:PrincipalAccount": "999988887777"}}, READS),
        ({"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}, {}),
        ({"ForAnyValue:StringEquals": {"aws:PrincipalArn": ARN}}, MAYBE),
        ({"StringEquals": {"aws:PrincipalArn": "${aws:username}"}}, MAYBE),
        ({"StringEquals": {"aws:PrincipalArn": LATER}}, MAYBE),
        ({"StringEquals": LATER}, MAYBE),
        ({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalAccount": "1"}}, {}),
    ],
)
def test_conditions_on_the_caller(condition: Any, expected: Told) -> None:
    named = outputs_of(READER, arn=ARN)
    stack = [
        *STORED,
        named,
        resource(ROLE_POLICY, "p", {"role": "reader", "policy": {"Statement": [allow(Condition=condition)]}}),
    ]
    assert told(*stack) == expected


def test_a_caller_of_whom_nothing_is_known_may_meet_a_condition() -> None:
    equal = allow(Condition={"StringEquals": {"aws:PrincipalArn": ARN}})
    any_arn = allow(Condition={"ArnLike": {"aws:PrincipalArn": "*"}})
    assert told(*STORED, READER, inline("p", "reader", equal)) == MAYBE
    assert told(*STORED, READER, inline("p", "reader", any_arn)) == READS


def test_an_access_point_may_lead_to_the_bucket() -> None:
    point = resource("aws:s3/accessPoint:AccessPoint", "ap", {"name": "ap", "bucket": "raw"})
    way = allow(Resource="arn:aws:s3:eu-central-1:111122223333:accesspoint/ap/object/*")
    assert told(*STORED, READER, point, inline("p", "reader", way)) == MAYBE
    assert told(*STORED, READER, inline("p", "reader", way)) == {}
    own = resource(
        "aws:s3/accessPoint:AccessPoint",
        "ap",
        {"name": "ap", "bucket": "raw", "policy": policy({**way, "Principal": {"AWS": "reader"}})},
    )
    assert told(*STORED, READER, own) == MAYBE


def test_other_stores_have_actions_of_their_own() -> None:
    table = resource("aws:dynamodb/table:Table", "users", {"name": "users"})
    query = {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "*"}
    assert told(table, dataset("users", table), READER, inline("p", "reader", query)) == READS
    literal = {**query, "Resource": "arn:aws:dynamodb:eu-central-1:111122223333:table/users"}
    # Nobody knows yet which account and region the table will be in.
    assert told(table, dataset("users", table), READER, inline("p", "reader", literal)) == MAYBE
    made = outputs_of(table, arn="arn:aws:dynamodb:eu-central-1:111122223333:table/users")
    assert told(made, dataset("users", made), READER, inline("p", "reader", literal)) == READS
    assert (
        told(made, dataset("users", made), READER, inline("p", "reader", allow(Action="s3:*", Resource="*")))
        == {}
    )


def test_names_that_the_provider_makes_up_are_in_no_program() -> None:
    nameless = resource(BUCKET, "raw", {})
    stored = [nameless, dataset("clicks", nameless), READER]
    assert told(*stored, inline("p", "reader", allow(Resource="arn:aws:s3:::raw-1234567/*"))) == {}
    assert told(*stored, inline("p", "reader", allow(Resource="arn:aws:s3:::raw-*"))) == MAYBE
    assert told(*stored, inline("p", "reader", allow(Resource="*"))) == READS
    later = resource(BUCKET, "raw", {"bucket": LATER})
    assert told(later, dataset("clicks", later), READER, inline("p", "reader", allow())) == MAYBE


def test_a_policy_that_nobody_can_read_yet_is_about_what_it_was_made_from() -> None:
    other = bucket("other")
    stored = [*STORED, other, dataset("users", other), READER]
    unread = resource(
        ROLE_POLICY, "p", {"role": "reader", "policy": LATER}, made_from={"policy": [urn_of(BUCKET, "other")]}
    )
    grants = access.of(Inventory([*stored, unread])).grants
    assert {grant.target.urn for grant in grants} == {other.urn}
    assert {grant.holds.state for grant in grants} == {None}
    anything = resource(ROLE_POLICY, "p", {"role": "reader", "policy": LATER})
    grants = access.of(Inventory([*stored, anything])).grants
    assert {grant.target.urn for grant in grants} == {raw.urn, other.urn}


def test_a_document_that_nobody_can_read_may_refuse() -> None:
    unread = resource("aws:s3/bucketPolicy:BucketPolicy", "b", {"bucket": "raw", "policy": LATER})
    found = told(*STORED, READER, inline("p", "reader", allow()), unread)
    assert found["role reader"] == {"read": None}
    assert found["somebody not known yet"] == {"read": None}


def test_whom_nobody_knows_may_be_anybody() -> None:
    lets = inline("p", "reader", allow())
    unread = {"Statement": [deny(Principal={"AWS": LATER})]}
    assert (
        told(*STORED, READER, lets, resource(BUCKET_POLICY, "b", {"bucket": "raw", "policy": unread}))
        == MAYBE
    )
    services = {"Statement": [deny(Principal={"Service": "cloudfront.amazonaws.com"})]}
    assert (
        told(*STORED, READER, lets, resource(BUCKET_POLICY, "b", {"bucket": "raw", "policy": services}))
        == READS
    )
    opens = {"Statement": [allow(Principal={"AWS": LATER})]}
    somebody: Told = {"somebody not known yet": {"read": None}}
    assert told(*STORED, READER, resource(BUCKET_POLICY, "b", {"bucket": "raw", "policy": opens})) == somebody
    odd = resource(ROLE_POLICY, "p", {"role": 5, "policy": policy(allow())})
    assert told(*STORED, READER, odd) == somebody


def test_names_are_of_one_account() -> None:
    """Two accounts may have roles of one name; the provider tells them apart."""
    here, there = (
        resource(ROLE, f"reader-{provider}", dict(READER.inputs or {}), provider=provider)
        for provider in ("here", "there")
    )
    lets = {"role": "reader", "policy": policy(allow())}
    near = resource(ROLE_POLICY, "p", lets, provider="here")
    assert told(*STORED, here, there, near) == {"role reader-here": {"read": True}}
    either = resource(ROLE_POLICY, "p", lets)
    assert told(*STORED, here, there, either) == {
        "role reader-here": {"read": None},
        "role reader-there": {"read": None},
    }


def test_one_grant_for_each_place_that_gives_it() -> None:
    stack = [*STORED, READER, inline("one", "reader", allow()), inline("two", "reader", allow())]
    evidence = {grant.evidence.urn for grant in access.of(Inventory(stack)).grants}
    assert evidence == {urn_of(ROLE_POLICY, "one"), urn_of(ROLE_POLICY, "two")}


@pytest.mark.parametrize(
    ("principal", "statements", "expected"),
    [
        ({"AWS": "caller"}, [], True),
        ({"AWS": "arn:aws:iam::111122223333:root"}, [], None),
        (
            {"AWS": "arn:aws:iam::111122223333:root"},
            [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}],
            True,
        ),
        ({"Service": "ec2.amazonaws.com"}, [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}], None),
    ],
    ids=["named", "account alone", "account and policy", "service"],
)
def test_who_may_assume_a_role(
    principal: Any,
    statements: list[dict[str, Any]],
    expected: bool | None,  # noqa: FBT001
) -> None:
    stack = [
        *STORED,
        role(
            "reader",
            assumeRolePolicy=trust(**principal) if "AWS" in principal else trust("ec2.amazonaws.com"),
        ),
        role("caller"),
        *([inline("c", "caller", *statements)] if statements else []),
    ]
    found = [
        act.holds.state
        for act in access.of(Inventory(stack)).acts
        if str(act.identity) == "role reader" and str(act.actor) == "role caller"
    ]
    assert found == ([] if expected is None else [expected])


def outputs_of(item: Resource, **more: Any) -> Resource:
    return resource(item.type, item.name, dict(item.inputs or {}), outputs=more)


def test_every_action_of_the_tables_is_spelled_as_its_service_spells_it() -> None:
    """An action that no service has would never match, and the store would look closed."""
    for kind, row in tables.AWS_DOORS.items():
        for word in ("read", "write", "decrypt", "admin", "act"):
            for action in row.get(word, ()):
                service, _, name = action.partition(":")
                assert service.islower(), (kind, action)
                assert name[:1].isupper(), (kind, action)
    statements, harmless = tables.managed_policies()
    assert len(statements) > 300
    assert not statements.keys() & harmless
    assert "service-role/AmazonEBSCSIDriverPolicy" in harmless
    assert statements["AdministratorAccess"] == [{"actions": ["*"]}]
