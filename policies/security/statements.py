"""Statements of AWS policy documents, as far as rules about S3 read them."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Final, cast

from policies.engine import Truth, View, all_of, any_of
from policies.engine.data import read
from policies.engine.truth import NO, YES
from policies.engine.view import Plain

_TABLE: Final = read(Path(__file__).parent / "tables" / "public_access.toml")
PUBLIC_ACLS: Final = cast("list[str]", _TABLE["public_acls"])
PUBLIC_GROUPS: Final = cast("list[str]", _TABLE["public_groups"])
_NARROWING_KEYS: Final = frozenset(key.casefold() for key in cast("list[str]", _TABLE["narrowing_keys"]))
_NARROWING_OPERATORS: Final = cast("list[str]", _TABLE["narrowing_operators"])


def statements(policy: View) -> Iterator[View]:
    """Yield the statements of a policy document, given as JSON text or as an object."""
    return policy.parsed()["Statement"].listed().each()


def admits_everyone(statement: View) -> Truth:
    """Return whether a statement lets anyone in, whoever and wherever they are."""
    return statement["Effect"].equals("Allow") & _names_everyone(statement) & ~_narrowed(statement)


def refuses_plain_http(statement: View) -> Truth:
    """Return whether a statement refuses everything that comes without TLS.

    It does so only for the whole bucket and its objects, for everyone, and under no further condition.
    """
    secure = statement.at("Condition", "Bool", "aws:SecureTransport")
    actions, resources = statement["Action"].listed(), statement["Resource"].listed()
    return (
        statement["Effect"].equals("Deny")
        & _is_everyone(statement["Principal"])
        & actions.any(lambda action: action.one_of(("s3:*", "*")))
        & resources.any(lambda one: one.satisfies(_covers_the_bucket))
        & resources.any(lambda one: one.satisfies(_covers_the_objects))
        & secure.listed().any(lambda value: value.one_of((False, "false")))
        & _has_only(statement["Condition"], "Bool")
        & _has_only(statement.at("Condition", "Bool"), "aws:SecureTransport")
    )


def _covers_the_bucket(resource: Plain) -> bool:
    return isinstance(resource, str) and "/" not in resource.rpartition(":")[2]


def _covers_the_objects(resource: Plain) -> bool:
    """``b/*`` and ``*`` cover every object, ``b/tmp/*`` covers some."""
    if not isinstance(resource, str):
        return False
    _, slash, rest = resource.rpartition(":")[2].partition("/")
    return rest == "*" if slash else resource.endswith("*")


def _has_only(view: View, key: str) -> Truth:
    # An unknown mapping has the one key "*", and whether its entry is present is unknown too.
    return all_of(
        value.present() if name == "*" else YES if name == key else NO for name, value in _entries(view)
    )


def _names_everyone(statement: View) -> Truth:
    """Return whether the principal is everyone. ``NotPrincipal`` names everyone but a few."""
    return _is_everyone(statement["Principal"]) | statement["NotPrincipal"].present()


def _is_everyone(principal: View) -> Truth:
    return principal.equals("*") | any_of(
        value.listed().any(lambda one: one.equals("*")) for value in _principals(principal)
    )


def _principals(principal: View) -> Iterable[View]:
    """Return the views that may hold ``*``: of ``{"AWS": "*"}`` its one value."""
    return () if principal.satisfies(lambda _: True).state is True else (principal["AWS"],)


def _narrowed(statement: View) -> Truth:
    """Return whether a condition compares with fixed values who or where the caller is."""
    narrowing = [
        _fixed(value, operator)
        for operator in _NARROWING_OPERATORS
        for key, value in _entries(statement.at("Condition", operator))
        if key == "*" or key.casefold() in _NARROWING_KEYS
    ]
    return any_of(narrowing) if narrowing else NO


def _entries(view: View) -> Iterable[tuple[str, View]]:
    return tuple(view.entries())


def _fixed(value: View, operator: str) -> Truth:
    """Return whether each of a condition's values excludes someone.

    A fixed value has no wildcard and no policy variable:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    values = value.listed()
    return values.filled() & values.all(lambda item: item.satisfies(lambda text: _excludes(text, operator)))


def _excludes(text: Plain, operator: str) -> bool:
    if not isinstance(text, str) or "${" in text or not text.strip("*?"):
        return False
    if operator == "IpAddress":
        return _is_a_range_of_somebody(text)
    if operator in _WITH_WILDCARDS and ("*" in text or "?" in text):
        # Below a fixed account a wildcard still leaves everyone else out.
        account = text.split(":")[4:5]
        return text.startswith("arn:") and account != [] and account[0].isdigit()
    return True


_WITH_WILDCARDS: Final = frozenset({"StringLike", "ArnLike", "ArnEquals"})
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""

_WIDEST: Final = {4: 8, 6: 16}
"""Prefix lengths; nobody owns a wider range than the largest that registries gave out."""


def _is_a_range_of_somebody(text: str) -> bool:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST[network.version]
