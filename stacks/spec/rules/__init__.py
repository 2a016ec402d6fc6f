"""Checks that look at more than one entry, or at an entry and the world: one function for each.

A rule is a pure function from what could be read of a file to problems. Entries that are broken by themselves
are left out, so that a file's problems are reported together and none is reported twice.
"""

from collections.abc import Callable, Iterator
from typing import Final

from stacks.spec.problems import Problem
from stacks.spec.rules import addresses, clusters, lineage, pools, stores
from stacks.spec.rules.parts import Parts

Rule = Callable[[Parts], Iterator[Problem]]

RULES: Final[tuple[Rule, ...]] = (
    addresses.pod_ranges_are_known,
    addresses.ranges_do_not_overlap,
    addresses.networks_have_a_possible_size,
    addresses.networks_hold_their_zones,
    addresses.service_ranges_are_possible,
    addresses.reserved_ranges_are_left_alone,
    addresses.pod_ranges_hold_their_nodes,
    clusters.versions_are_supported,
    clusters.zones_exist,
    clusters.clouds_are_served,
    clusters.regions_share_a_cloud,
    clusters.admins_belong_to_the_partition,
    clusters.contexts_are_distinct,
    clusters.kubeconfigs_stay_inside,
    pools.instance_types_exist,
    pools.vm_sizes_are_possible,
    pools.node_groups_can_be_named,
    pools.addons_have_nodes,
    pools.system_pods_have_a_pool,
    stores.sites_exist,
    stores.log_stores_exist,
    stores.log_stores_form_no_cycle,
    stores.names_are_distinct,
    lineage.names_exist,
    lineage.names_are_distinct,
    lineage.nothing_is_made_from_itself,
    lineage.fields_are_declared,
    lineage.models_come_from_somewhere,
)


def check(parts: Parts) -> Iterator[Problem]:
    """Every problem that a rule finds."""
    for rule in RULES:
        yield from rule(parts)
