"""Fixtures that every test can ask for, and what holds for every test."""

import os

from hypothesis import settings

# An Output in a string is an error and not a warning, in this process and in every one that a test starts.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"

# How long one example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("trunkline", deadline=None)
settings.load_profile("trunkline")

pytest_plugins = ["tests.support.control_plane.fixture", "tests.support.engine"]
