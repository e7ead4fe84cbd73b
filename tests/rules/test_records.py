"""Structured arrays, which are no numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib import recfunctions

import structgrad as sg
from structgrad.errors import LostGradientError

RECORD = np.zeros(3, [("x", float), ("y", int)])


@pytest.mark.parametrize(
    "f",
    [
        lambda v: recfunctions.append_fields(RECORD, "z", v),
        lambda v: recfunctions.unstructured_to_structured(v, names=["x"]),
        lambda v: recfunctions.merge_arrays([RECORD, v]),
    ],
)
def test_structured_arrays_are_refused_with_a_way_out(f: Callable[..., Any]) -> None:
    with pytest.raises(LostGradientError, match="a dict or a dataclass of arrays"):
        sg.vjp(f)(np.ones(3))
