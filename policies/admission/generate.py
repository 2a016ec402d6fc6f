"""``ValidatingAdmissionPolicy`` objects for the rules that CEL can express.

The expressions are data (``expressions.toml``); rule, title, fix, enforcement and settings are those of the
rule and of the pack's configuration, so that a cluster and a preview decide the same. Waivers are not carried
over: an API server knows neither the day nor the fingerprint that a waiver depends on. The objects are of the
API ``admissionregistration.k8s.io/v1``, stable since Kubernetes 1.30.
"""

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import Configuration, Enforcement, Rule
from policies.engine.configuration import Configured
from policies.engine.data import read

_HERE: Final = Path(__file__).parent
_TABLE: Final = read(_HERE / "expressions.toml")
_KINDS: Final = cast("Mapping[str, Mapping[str, Any]]", _TABLE["kinds"])
_RULES: Final = cast("Mapping[str, Sequence[Mapping[str, Any]]]", _TABLE["rules"])
_VARIABLES: Final = cast("Mapping[str, Sequence[Sequence[str]]]", _TABLE["variables"])

_API: Final = "admissionregistration.k8s.io/v1"
_PLACEHOLDER: Final = re.compile(r"\$([A-Za-z]+)")
_ACTIONS: Final = {
    Enforcement.MANDATORY: ["Deny", "Audit"],
    Enforcement.ADVISORY: ["Warn", "Audit"],
}

SYSTEM_NAMESPACES: Final = ("kube-node-lease", "kube-public", "kube-system")
"""Namespaces of the control plane: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Where the policies hold: in namespaces with every one of ``labels``, and in none of ``excluded``."""

    labels: Mapping[str, str]
    excluded: Sequence[str] = SYSTEM_NAMESPACES

    def selector(self) -> dict[str, Any]:
        """Return it as Kubernetes writes it."""
        outside = {
            "key": "kubernetes.io/metadata.name",
            "operator": "NotIn",
            "values": sorted(self.excluded),
        }
        return {
            **({"matchLabels": dict(sorted(self.labels.items()))} if self.labels else {}),
            **({"matchExpressions": [outside]} if self.excluded else {}),
        }


EVERYWHERE: Final = Scope(labels={})


def expressible() -> frozenset[str]:
    """Return the ids of the rules that CEL can express."""
    return frozenset(_RULES)


def manifests(
    rules: Iterable[Rule], configuration: Configuration, *, scope: Scope = EVERYWHERE
) -> list[dict[str, Any]]:
    """Return a policy and its binding for every rule and kind of object, in a fixed order.

    A rule that is disabled has none; one that is advisory warns.
    """
    found: list[dict[str, Any]] = []
    for rule in sorted(rules, key=lambda rule: rule.id):
        configured = configuration.rules[rule.id]
        if rule.id not in _RULES or configured.enforcement is Enforcement.DISABLED:
            continue
        for position, entry in enumerate(_RULES[rule.id], start=1):
            name = f"trunkline-{rule.id.lower()}-{position}"
            found.append(_policy(name, rule, configured, entry))
            found.append(_binding(name, rule, configured.enforcement, scope))
    return found


def _policy(name: str, rule: Rule, configured: Configured, entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = _KINDS[entry["kinds"]]
    fill = functools.partial(_filled, configured=configured, entry=entry)
    conditions = (
        [{"name": "judged-here", "expression": f"!({entry['unless']})"}] if "unless" in entry else None
    )
    return {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, **_labels(rule)},
        "spec": {
            # Whatever cannot be judged must not pass: the same promise that the pack keeps.
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [group],
                        "apiVersions": [version],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": resources,
                    }
                    for group, version, resources in kind["resources"]
                ]
            },
            **({"matchConditions": conditions} if conditions else {}),
            "variables": [
                {"name": variable, "expression": fill(expression)}
                for variable, expression in (*kind.get("variables", ()), *_VARIABLES.get(rule.id, ()))
            ],
            "validations": [
                {
                    "expression": fill(entry["expression"]),
                    "message": f"{rule.id}: {entry['message']}. Fix: {rule.fix}",
                    "reason": "Forbidden",
                }
            ],
        },
    }


def _binding(name: str, rule: Rule, enforcement: Enforcement, scope: Scope) -> dict[str, Any]:
    return {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, **_labels(rule)},
        "spec": {
            "policyName": name,
            "validationActions": _ACTIONS[enforcement],
            "matchResources": {"namespaceSelector": scope.selector()},
        },
    }


def _labels(rule: Rule) -> dict[str, Any]:
    return {
        "labels": {"app.kubernetes.io/managed-by": "trunkline", "trunkline.dev/rule": rule.id.lower()},
        "annotations": {"trunkline.dev/title": rule.title, "trunkline.dev/rule-version": str(rule.version)},
    }


def _filled(expression: str, *, configured: Configured, entry: Mapping[str, Any]) -> str:
    """Return an expression with the lists that it names written out."""

    def listed(match: re.Match[str]) -> str:
        name = match[1]
        if name in entry.get("lists", {}):
            values = read(_HERE.parent / entry["lists"][name])[name]
        else:
            values = configured.settings.texts(name)
        form = _FORMS[entry.get("forms", {}).get(name, "text")]
        return f"[{', '.join(form(value) for value in values)}]"

    return _PLACEHOLDER.sub(listed, expression)


def _quoted(text: str) -> str:
    """Return a text as CEL writes it; JSON's escapes are CEL's too."""
    return json.dumps(text)


def _glob(pattern: str) -> str:
    return "[^/]*".join(map(re.escape, pattern.split("*")))


def _image_prefix(pattern: str) -> str:
    return _quoted(f"^{_glob(pattern)}(/|:|@|$)")


def _workload(entry: str) -> str:
    workload, _, directory = entry.partition(":")
    namespace, _, name = workload.partition("/")
    parts = (f"^{_glob(namespace)}$", f"^{_glob(name)}$", f"{directory.rstrip('/')}/")
    return f"[{', '.join(map(_quoted, parts))}]"


_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "text": _quoted,
    "prefix of an image": _image_prefix,
    "workload and directory": _workload,
}
"""How an entry of a setting is written in CEL."""
