"""Lookups of the simulated AWS that programs decide by."""

import pytest

from stacks.sandbox.aws_functions import FUNCTIONS
from stacks.sandbox.cloud import Settings

ACCOUNT = "arn:aws:sts::123456789012"


@pytest.mark.parametrize(
    ("arn", "issuer"),
    [
        (f"{ACCOUNT}:assumed-role/deployer/somebody", "arn:aws:iam::123456789012:role/deployer"),
        ("arn:aws:iam::123456789012:user/somebody", "arn:aws:iam::123456789012:user/somebody"),
        (f"{ACCOUNT}:federated-user/somebody", f"{ACCOUNT}:federated-user/somebody"),
    ],
    ids=["session of a role", "user", "federated user"],
)
def test_a_session_leads_to_its_role_and_anything_else_to_itself(arn: str, issuer: str) -> None:
    found = FUNCTIONS["aws:iam/getSessionContext:getSessionContext"](Settings("", {}), {"arn": arn})
    assert (found["arn"], found["issuerArn"]) == (arn, issuer)
