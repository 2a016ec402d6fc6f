"""Node pools that AKS cannot change: a name for a new pool, and a refusal where there can be none."""

import json
from collections.abc import Mapping
from typing import Any

from pulumi import ResourceHook, ResourceHookArgs, ResourceHookBinding, ResourceHookOptions

from components.core import ComponentError, physical_name


def pool_name(name: str, profile: Mapping[str, Any], *, fixed: Mapping[str, str], limit: int) -> str:
    """A name that changes with what cannot be changed in a pool, the keys of ``fixed``.

    So a new pool stands beside the old one, and its pods have somewhere to go before their nodes are deleted.
    Deleting first would leave them nowhere until the new nodes are there.
    """
    salt = json.dumps({key: profile[key] for key in fixed}, sort_keys=True)
    return physical_name(name, limit=limit, separator="", salt=salt)


def kept_as_it_is(owner: str, pool: str, *, fixed: Mapping[str, str]) -> ResourceHookBinding:
    """Refuse, in the preview already, to change what cannot be changed in an inline pool of a cluster.

    AKS would refuse it in the middle of an update. Replacing the whole cluster instead would be worse. The
    pools are compared by name, because a refresh brings in those that are resources of their own.
    """

    def check(change: ResourceHookArgs) -> None:
        old, new = (_inline(inputs or {}, pool) for inputs in (change.old_inputs, change.new_inputs))
        for key in fixed.values():
            if old and new and _plain(old.get(key)) != _plain(new.get(key)):
                raise ComponentError(
                    f"{owner}: {key} of the node pool {pool} is {old.get(key)!r} and cannot become "
                    f"{new.get(key)!r}; AKS changes it in no pool, and this one is part of the cluster. Put "
                    "it back and add another pool for the work, or see 'The system pool of AKS' in "
                    "docs/real-accounts.md"
                )

    return ResourceHookBinding(
        before_update=[ResourceHook(f"{owner}-{pool}-pool", check, ResourceHookOptions(on_dry_run=True))]
    )


def _inline(inputs: Mapping[str, Any], pool: str) -> Mapping[str, Any]:
    found = (profile for profile in inputs.get("agentPoolProfiles") or [] if profile.get("name") == pool)
    return next(found, {})


def _plain(value: Any) -> Any:
    """Lists are sets to AKS: zones may come back in another order."""
    return sorted(value) if isinstance(value, list) else value
