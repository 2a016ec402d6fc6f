"""The error a component raises when its arguments cannot become infrastructure."""

from typing import ClassVar

from pulumi import RunError


class ComponentError(RunError):
    """A sentence for a person: where, what was found, what is allowed, how to fix it.

    The message stands alone and a traceback would only hide it: ``RunError`` tells Pulumi's own language host
    so, ``__trunkline_sentence__`` tells ours. It is no ``ValueError``, which Pulumi wraps in words of its own
    when it is raised while an output is worked out.
    """

    __trunkline_sentence__: ClassVar[bool] = True
