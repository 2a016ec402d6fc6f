"""What goes wrong with a control plane, as sentences, and how its builders say what they are doing."""

from collections.abc import Callable

Report = Callable[[str], None]
"""Takes one line about work in progress. Called at least each half minute, so that a CI log keeps moving."""


class ControlPlaneError(Exception):
    """The control plane cannot be built or started. The text says what happened and what to do."""
