"""Faults that other processes ask for meet the calls they name."""

from pathlib import Path

import pytest

from stacks.sandbox import Fault, Kind, Moment, Operation, Sandbox, Store
from tests.stacks.sandbox.calls import Caller, CallFailed

VPC = "aws:ec2/vpc:Vpc"


def test_an_error_meets_as_many_calls_as_it_was_given(aws: Caller, store: Store) -> None:
    store.faults.add(
        Fault(type=VPC, operation=Operation.CREATE, kind=Kind.ERROR, times=2, message="No capacity left.")
    )
    for _ in range(2):
        with pytest.raises(CallFailed, match=r"aws:ec2/vpc:Vpc x: No capacity left\."):
            aws.create(VPC, {})
    assert store.list() == []
    aws.create(VPC, {})
    assert store.faults.list() == []


def test_an_error_without_a_count_stays_until_it_is_cleared(aws: Caller, store: Store) -> None:
    fault = store.faults.add(Fault(type="aws:ec2/*", operation=Operation.CREATE, kind=Kind.ERROR, times=None))
    for _ in range(3):
        with pytest.raises(CallFailed):
            aws.create(VPC, {})
    aws.create("aws:s3/bucket:Bucket", {})
    store.faults.clear(fault.number)
    aws.create(VPC, {})


@pytest.mark.parametrize(
    "operation", [Operation.CHECK, Operation.DIFF, Operation.READ, Operation.UPDATE, Operation.DELETE]
)
def test_every_operation_can_fail(aws: Caller, store: Store, operation: Operation) -> None:
    identifier, outputs = aws.create(VPC, {})
    store.faults.add(Fault(type="*", operation=operation, kind=Kind.ERROR))
    calls = {
        Operation.CHECK: lambda: aws.check(VPC, {}),
        Operation.DIFF: lambda: aws.diff(VPC, identifier, old={}, new={}),
        Operation.READ: lambda: aws.read(VPC, identifier),
        Operation.UPDATE: lambda: aws.update(VPC, identifier, {}, outputs=outputs),
        Operation.DELETE: lambda: aws.delete(VPC, identifier),
    }
    with pytest.raises(CallFailed):
        calls[operation]()
    calls[operation]()


def test_a_preview_creates_nothing_and_so_cannot_fail_to(aws: Caller, store: Store) -> None:
    store.faults.add(Fault(type="*", operation=Operation.CREATE, kind=Kind.ERROR))
    aws.create(VPC, {}, preview=True)
    assert len(store.faults.list()) == 1


def test_throttling_is_retried_and_then_given_up(aws: Caller, store: Store) -> None:
    throttle = Fault(type="*", operation=Operation.CREATE, kind=Kind.THROTTLE, times=3)
    store.faults.add(throttle)
    aws.create(VPC, {})
    store.faults.add(Fault(type="*", operation=Operation.CREATE, kind=Kind.THROTTLE, times=None))
    with pytest.raises(CallFailed, match="throttled 5 times in a row"):
        aws.create(VPC, {}, name="y")
    assert len(store.list()) == 1


@pytest.mark.parametrize(("moment", "made"), [(Moment.BEFORE, 0), (Moment.AFTER, 1)])
def test_a_crash_ends_the_process_before_or_after_the_object_is_written(
    tmp_path: Path, moment: Moment, made: int
) -> None:
    with Store(tmp_path) as store:
        store.faults.add(Fault(type=VPC, operation=Operation.CREATE, kind=Kind.CRASH, moment=moment))
        with Sandbox(tmp_path).start() as running:
            caller = Caller("aws", running.ports["aws"], {"region": "eu-central-1"}, run="1")
            with pytest.raises(CallFailed):
                caller.create(VPC, {"cidrBlock": "10.0.0.0/16"})
            assert not running.alive
        assert len(store.list()) == made
        with Sandbox(tmp_path).start() as running:
            caller = Caller("aws", running.ports["aws"], {"region": "eu-central-1"}, run="2")
            caller.create(VPC, {"cidrBlock": "10.0.0.0/16"})
        assert len(store.list()) == 1
