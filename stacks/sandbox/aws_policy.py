"""Render IAM policy documents as ``aws.iam.getPolicyDocument`` does.

The rules are those of the ``aws_iam_policy_document`` data source of terraform-provider-aws 6.x, which
pulumi-aws 7 wraps: one value stands alone, several stand in a list in descending order, ``&{...}`` is a
policy variable, a later statement with the same Sid wins.
"""

from __future__ import annotations

import json
from typing import Any

from stacks.sandbox.cloud import RefusedError

_VERSIONS = ("2012-10-17", "2008-10-17")


def policy_document(arguments: dict[str, Any]) -> tuple[str, str]:
    """Return the document with indentation and without; raises :class:`RefusedError` if it is malformed."""
    version = arguments.get("version") or _VERSIONS[0]
    if version not in _VERSIONS:
        raise RefusedError(
            f"getPolicyDocument: version is {version!r}, but must be one of {', '.join(_VERSIONS)}."
        )
    statements: list[dict[str, Any]] = []
    for text in arguments.get("sourcePolicyDocuments") or ():
        _merge(statements, _statements_of(text), override=False)
    _merge(
        statements,
        [_statement(entry, version) for entry in arguments.get("statements") or ()],
        override=False,
    )
    for text in arguments.get("overridePolicyDocuments") or ():
        _merge(statements, _statements_of(text), override=True)
    document: dict[str, Any] = {"Version": version}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    document["Statement"] = statements
    return json.dumps(document, indent=2), json.dumps(document, separators=(",", ":"))


def _statements_of(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise RefusedError(
            "getPolicyDocument: a source or override policy document is no IAM policy in JSON."
        ) from None
    return found if isinstance(found, list) else [found]


def _merge(into: list[dict[str, Any]], more: list[dict[str, Any]], *, override: bool) -> None:
    for statement in more:
        sid = statement.get("Sid")
        at = next((index for index, known in enumerate(into) if sid and known.get("Sid") == sid), None)
        if at is None:
            into.append(statement)
        elif override:
            into[at] = statement
        else:
            raise RefusedError(f"getPolicyDocument: two statements have the Sid {sid!r}. Give each its own.")


def _statement(entry: dict[str, Any], version: str) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if entry.get("sid"):
        statement["Sid"] = entry["sid"]
    statement["Effect"] = entry.get("effect") or "Allow"
    for name, key in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if entry.get(name):
            values = entry[name]
            # Actions hold no policy variables.
            statement[key] = _alone(values if "ctions" in name else _variables(values, version))
    for name, key in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if entry.get(name):
            statement[key] = _principals(entry[name], version)
    if entry.get("conditions"):
        statement["Condition"] = _conditions(entry["conditions"], version)
    return statement


def _principals(entries: list[dict[str, Any]], version: str) -> Any:
    by_type: dict[str, list[str]] = {}
    for entry in entries:
        by_type.setdefault(entry["type"], []).extend(_variables(entry["identifiers"], version))
    if by_type == {"*": ["*"]}:
        return "*"
    return {kind: _alone(identifiers) for kind, identifiers in by_type.items()}


def _conditions(entries: list[dict[str, Any]], version: str) -> dict[str, dict[str, Any]]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for entry in entries:
        values = conditions.setdefault(entry["test"], {}).setdefault(entry["variable"], [])
        values.extend(_variables(entry["values"], version))
    # The order of a condition's values is kept: it carries no meaning, and changing it would only be noise.
    return {
        test: {
            variable: values[0] if len(values) == 1 else values for variable, values in by_variable.items()
        }
        for test, by_variable in conditions.items()
    }


def _variables(values: list[str], version: str) -> list[str]:
    """Write ``&{aws:username}`` as ``${aws:username}``, which Pulumi programs cannot."""
    if version == _VERSIONS[1] and any("&{" in value for value in values):
        raise RefusedError("getPolicyDocument: policy variables (&{...}) need version 2012-10-17.")
    return [value.replace("&{", "${") for value in values]


def _alone(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)
