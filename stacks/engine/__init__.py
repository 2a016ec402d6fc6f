"""Finding, installing or building the Pulumi CLI.

``resolve()`` gives an ``Engine`` or raises ``EngineError``, whose message is for the user's eyes.
``describe()`` says what is there without fetching anything.
"""

from stacks.engine.cli import Engine
from stacks.engine.errors import EngineError
from stacks.engine.facts import Fact, State, describe
from stacks.engine.resolve import resolve

__all__ = ["Engine", "EngineError", "Fact", "State", "describe", "resolve"]
