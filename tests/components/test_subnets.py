"""Subnet arithmetic: nothing overlaps, nothing leaves the range, and nothing moves."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core import ComponentError
from components.network.subnets import aws_subnets, azure_subnets


@st.composite
def ranges(draw: st.DrawFn, largest: int, smallest: int) -> IPv4Network:
    prefix = draw(st.integers(largest, smallest))
    return IPv4Network((draw(st.integers(0, 2**32 - 1)) & (0xFFFFFFFF << (32 - prefix)), prefix))


@given(ranges(16, 23), st.integers(2, 4))
def test_aws_subnets_lie_apart_within_the_vpc(cidr: IPv4Network, zones: int) -> None:
    plan = aws_subnets(cidr, zones)
    every = (*plan.private, *plan.public)
    assert len(plan.private) == len(plan.public) == zones
    assert all(subnet.subnet_of(cidr) for subnet in every)
    assert not any(one.overlaps(other) for one, other in combinations(every, 2))
    assert len({subnet.prefixlen for subnet in plan.private}) == 1
    assert all(subnet.prefixlen <= 28 for subnet in every)


@given(ranges(8, 24))
def test_azure_subnets_lie_apart_within_the_network(cidr: IPv4Network) -> None:
    plan = azure_subnets(cidr)
    every = (plan.nodes, plan.endpoints, plan.api_server)
    assert all(subnet.subnet_of(cidr) for subnet in every)
    assert not any(one.overlaps(other) for one, other in combinations(every, 2))
    assert plan.api_server.prefixlen == 28
    assert plan.nodes.num_addresses == cidr.num_addresses // 2


def test_ranges_that_exist_stay_where_they_are() -> None:
    """A moved range replaces everything in it: a change of these lines is a breaking change."""
    plan = aws_subnets(IPv4Network("10.1.0.0/16"), 3)
    assert [str(subnet) for subnet in plan.private] == ["10.1.0.0/18", "10.1.64.0/18", "10.1.128.0/18"]
    assert [str(subnet) for subnet in plan.public] == ["10.1.192.0/28", "10.1.192.16/28", "10.1.192.32/28"]
    azure = azure_subnets(IPv4Network("10.2.0.0/16"))
    assert str(azure.nodes) == "10.2.0.0/17"
    assert str(azure.endpoints) == "10.2.128.0/18"
    assert str(azure.api_server) == "10.2.255.240/28"


@given(ranges(16, 32), st.integers(2, 4))
def test_a_range_is_cut_or_refused_in_a_sentence(cidr: IPv4Network, zones: int) -> None:
    try:
        aws_subnets(cidr, zones)
    except ComponentError as error:
        assert f"too small for {zones} zones; use a /" in str(error)  # noqa: PT017, both outcomes are right


@pytest.mark.parametrize(("zones", "smallest"), [(2, 25), (3, 24), (4, 23)])
def test_the_smallest_range_that_is_said_to_be_enough_is(zones: int, smallest: int) -> None:
    aws_subnets(IPv4Network((0, smallest)), zones)
    with pytest.raises(ComponentError, match=f"use a /{smallest} or larger"):
        aws_subnets(IPv4Network((0, smallest + 1)), zones)


def test_a_range_larger_than_a_vpc_is_refused() -> None:
    with pytest.raises(ComponentError, match="a VPC is at most a /16"):
        aws_subnets(IPv4Network("10.0.0.0/15"), 3)


def test_a_range_too_small_for_aks_is_refused() -> None:
    with pytest.raises(ComponentError, match="use a /24 or larger"):
        azure_subnets(IPv4Network("10.0.0.0/25"))
