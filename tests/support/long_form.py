"""Short and long forms of a test: what is proved each time, and on how much more now and then."""

from typing import Any

import pytest


def first_of(*cases: Any, then: tuple[Any, ...]) -> list[Any]:
    """Return the values of a parameter: the cases of every run, then those of `make long`."""
    return [*cases, *(long_case(case) for case in then)]


def long_case(*values: Any) -> Any:
    """Return one case of parameters that `make long` alone runs."""
    return pytest.param(*values, marks=pytest.mark.long)
