"""``trunkline admission``: the rules that an API server can decide, as admission policies."""

from pathlib import Path
from typing import Annotated

import typer

from stacks.cli.terminal import BAD_INPUT, CommandError, note


def admission(
    config: Annotated[
        Path | None,
        typer.Option(
            help="The pack's configuration of rules, as for --policy-pack-config.", show_default=False
        ),
    ] = None,
    namespace_label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Hold the policies in namespaces with this label only. Can be repeated.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print ValidatingAdmissionPolicies for the rules that CEL can express, one YAML document each.

    A mandatory rule denies and an advisory one warns, with the settings of the pack. Namespaces of the
    control plane are left out. Waivers are not carried over: an API server knows neither their day nor their
    fingerprint. Needs Kubernetes 1.30 or later.

    Example: trunkline admission --namespace-label trunkline.dev/platform=acme-ml | kubectl apply -f -
    """
    import yaml  # noqa: PLC0415 - other commands write none

    from policies import admission as policies  # noqa: PLC0415
    from policies import catalogue  # noqa: PLC0415
    from stacks import gate  # noqa: PLC0415

    rules = catalogue.rules()
    configured = gate.configuration(config)
    made = policies.manifests(rules, configured, scope=policies.Scope(labels=_labels(namespace_label or [])))
    print(yaml.safe_dump_all(made, sort_keys=False, width=100, allow_unicode=True), end="")  # noqa: T201
    expressible = policies.expressible()
    note(f"{len(made) // 2} policies for {len(expressible)} rules.")
    if configured.waivers.valid:
        note(
            f"{len(configured.waivers.valid)} waivers are not carried over; what they cover is refused here."
        )


def _labels(pairs: list[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise CommandError(f"--namespace-label {pair!r} is not KEY=VALUE.", code=BAD_INPUT)
        labels[key] = value
    return labels
