"""The rule engine: rules as data and pure functions, three-valued, over any source of resources."""

from policies.engine.configuration import Configuration, ConfigurationError
from policies.engine.evaluate import evaluate, evaluate_alone
from policies.engine.finding import Evaluation, Finding, Verdict
from policies.engine.hop import Hop
from policies.engine.inventory import Inventory
from policies.engine.resource import Resource
from policies.engine.rule import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Rule,
    Settings,
    Severity,
    forbid,
    require,
)
from policies.engine.truth import Truth, all_of, any_of
from policies.engine.view import View
from policies.engine.waiver import Waiver

__all__ = [
    "Claim",
    "Configuration",
    "ConfigurationError",
    "Enforcement",
    "Evaluation",
    "Finding",
    "Hop",
    "Inventory",
    "OnUnknown",
    "Parameter",
    "Resource",
    "Rule",
    "Settings",
    "Severity",
    "Truth",
    "Verdict",
    "View",
    "Waiver",
    "all_of",
    "any_of",
    "evaluate",
    "evaluate_alone",
    "forbid",
    "require",
]
