"""Who reaches an endpoint of a cluster: the internet, or only networks of the company."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from policies.engine import (
    Claim,
    Inventory,
    Parameter,
    Resource,
    Settings,
    Truth,
    View,
    all_of,
    any_of,
    require,
)
from policies.engine.data import read
from policies.engine.view import Plain
from policies.security import classification

TABLE: Final = read(Path(__file__).parent / "tables" / "exposure.toml")
_INTERNAL: Final = cast("Mapping[str, list[str]]", TABLE["internal"])
_UNLESS: Final = cast("Mapping[str, str]", TABLE["internal_unless"])
_TEXTS: Final = {"type": "array", "items": {"type": "string"}}

PARAMETERS: Final[Mapping[str, Parameter]] = {
    "internalClasses": Parameter(
        about=(
            "Ingress, gateway and load-balancer classes that no one outside reaches, as someone has checked."
        ),
        schema=_TEXTS,
        default=[],
    ),
    "internalDomains": Parameter(
        about="Domains that only networks of the company resolve, as someone has checked.",
        schema=_TEXTS,
        default=sorted(TABLE["domains"]),
    ),
    "publicClasses": Parameter(
        about="Classes of data whose endpoints may be open to the internet; without a class none may.",
        schema=_TEXTS,
        default=["public"],
    ),
    **classification.PARAMETERS,
}
"""For every rule that asks who reaches an endpoint."""


def internal(annotations: View, kinds: Sequence[View], hosts: Sequence[View], settings: Settings) -> Truth:
    """Return whether only networks of the company reach a load balancer.

    Args:
        annotations: What tells its cloud how to make it.
        kinds: Where its class may stand.
        hosts: The names it answers to; without any it answers to every name.
        settings: The parameters.
    """
    told = any_of(annotations[key].one_of(values) for key, values in _INTERNAL.items())
    by_default = any_of(
        kind.equals(name) & ~annotations[key].present() for kind in kinds for name, key in _UNLESS.items()
    )
    vouched = any_of(kind.one_of(settings.texts("internalClasses")) for kind in kinds)
    domains = settings.texts("internalDomains")
    answer = told | by_default | vouched
    if hosts:
        answer |= all_of(host.satisfies(lambda name: _is_below(name, domains)) for host in hosts)
    return answer


def _is_below(name: Plain, domains: Sequence[str]) -> bool:
    host = str(name).casefold().rstrip(".")
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def service_is_internal(service: Resource, settings: Settings) -> Truth:
    """Return whether a Service of type LoadBalancer is reached only from networks of the company."""
    spec = service["spec"]
    return internal(service["metadata"]["annotations"], [spec["loadBalancerClass"]], [], settings)


def public_only_if_allowed(
    resource: Resource, stack: Inventory, public: Truth, settings: Settings
) -> Iterator[Claim]:
    """Claim that an endpoint is open to the internet only where the declared class of its data allows it."""
    level = classification.declared(resource, stack, settings)
    allowed = settings.texts("publicClasses")
    yield require(
        public.implies(level.one_of(allowed)),
        f"the endpoint is open to the internet, which the class of its data ({level}) does not "
        f"allow; allowed for: {', '.join(allowed) or 'none'}",
        at=level,
    )
