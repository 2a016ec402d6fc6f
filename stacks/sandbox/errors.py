"""The one error that leaves the sandbox."""

from typing import ClassVar


class SandboxError(Exception):
    """The sandbox cannot do what was asked. The text is a sentence: what happened and what to do."""

    __trunkline_sentence__: ClassVar[bool] = True
    """Tells whoever shows it that the text is for users and needs no traceback."""
