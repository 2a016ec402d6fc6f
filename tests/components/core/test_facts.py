"""Facts of clusters are complete, and what the platform file says wins."""

from dataclasses import fields
from typing import get_args

import pytest

from components.core import ClusterFacts, Kind, cluster_facts, load

KINDS = get_args(Kind)


def test_there_are_facts_for_every_kind_and_no_other() -> None:
    assert set(load("components.core", "facts")) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_names_no_fact_that_nobody_reads(kind: Kind) -> None:
    known = {field.name for field in fields(ClusterFacts)} - {"kind", "issuer"}
    assert set(load("components.core", "facts")[kind]) <= known


@pytest.mark.parametrize("kind", KINDS)
def test_what_every_pod_needs_is_known_everywhere(kind: Kind) -> None:
    facts = cluster_facts(kind)
    assert facts.storage_class
    assert facts.gpu_resource == "nvidia.com/gpu"
    assert "=" in facts.dns_label
    assert facts.driver_owner in {"image", "provider", "operator", "olm"}
    assert facts.identity in {"pod-identity", "workload-identity", "service-account"}


def test_what_is_said_wins_and_what_is_not_said_stays() -> None:
    facts = cluster_facts("openshift", storage_class="fast", bucket_class=None)
    assert facts.storage_class == "fast"
    assert facts.bucket_class == "ocs-storagecluster-ceph-rgw"
