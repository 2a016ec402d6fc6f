"""What goes wrong on the way to a Pulumi CLI, as sentences."""

from typing import ClassVar


class EngineError(Exception):
    """No usable Pulumi CLI; the message says what was tried, why it failed and what to install.

    Messages are complete sentences for the user's eyes. Programs show them without a traceback.
    """

    __trunkline_sentence__: ClassVar[bool] = True


class PassedOverError(Exception):
    """One way to a CLI does not work here; the message is the sentence that says why."""
