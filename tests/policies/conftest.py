"""Lets the asserts in the shared cases explain themselves."""

import pytest

pytest.register_assert_rewrite("tests.policies.cases")
