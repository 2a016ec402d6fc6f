"""Which node image an EC2 instance type boots: arithmetic over a table, no provider SDK."""

import re

from components.core import load


def ami_type(instance_type: str) -> str:
    """The EKS image type for an instance type, by architecture and accelerator."""
    rules = load("components.cluster", "eks")["images"]
    return next(rule["ami_type"] for rule in rules if re.match(rule["pattern"], instance_type))
