"""Trust policies of AWS roles: which workloads of a cluster may take a role on."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from policies.engine import Resource, Truth, View, all_of, any_of
from policies.engine.truth import NO
from policies.engine.view import Plain
from policies.security.statements import statements

_OPERATORS: Final = ("StringEquals", "StringLike")


def federated(statement: View) -> Truth:
    """Return whether a statement lets identities of an OIDC provider take the role on."""
    providers = statement["Principal"]["Federated"].listed()
    return statement["Effect"].equals("Allow") & providers.any(
        lambda one: one.satisfies(lambda text: ":oidc-provider/" in str(text))
    )


def names_a_subject(statement: View) -> Truth:
    """Return whether a statement says which subject of the provider it lets in.

    Of a Kubernetes subject (``system:serviceaccount:NAMESPACE:NAME``) the namespace must be fixed.
    """
    found = [value.filled() & value.all(lambda one: one.satisfies(_fixed)) for value in _subjects(statement)]
    return any_of(found) if found else NO


def lets_in(role: Resource, account: Resource) -> Truth:
    """Return whether the trust policy of ``role`` names the service account ``account`` as a subject."""
    namespace, name = account["metadata"]["namespace"], account["metadata"]["name"]
    found = [
        all_of((federated(statement), value.any(lambda one: _is(one, namespace, 2) & _is(one, name, 3))))
        for statement in statements(role["assumeRolePolicy"])
        for value in _subjects(statement)
    ]
    return any_of(found) if found else NO


def _subjects(statement: View) -> Iterator[View]:
    """Yield the values that the condition on the token's ``sub`` claim compares with."""
    for operator in _OPERATORS:
        for key, value in statement.at("Condition", operator).entries():
            if key == "*" or key.casefold().endswith(":sub"):
                yield value.listed()


def _fixed(text: Plain) -> bool:
    parts = str(text).split(":")
    head = parts[:3] if parts[:2] == ["system", "serviceaccount"] else parts[:2]
    return len(head) > 1 and not any("*" in part or "?" in part for part in head)


def _is(subject: View, wanted: View, part: int) -> Truth:
    return subject.relates(wanted, lambda text, value: fnmatchcase(str(value), _part(text, part)))


def _part(text: Plain, index: int) -> str:
    parts = str(text).split(":")
    return parts[index] if index < len(parts) else ""
