"""Foci put back one by one, as the transforms do it."""

from typing import Any

import pytest

from structgrad.errors import StructMismatchError
from structgrad.struct.optics import each, lens, prism, traversal

STRUCT = {"w": [1.0, 2.0, 3.0], "b": 4.0}


@pytest.mark.parametrize(
    ("optic", "values", "expected"),
    [
        (lens(dict)["b"], [9.0], {"w": [1.0, 2.0, 3.0], "b": 9.0}),
        (prism(dict, lambda d: d["w"][1]), [9.0], {"w": [1.0, 9.0, 3.0], "b": 4.0}),  # pyright: ignore[reportIndexIssue]  # a dict of what is not said
        (prism(dict, lambda d: d["w"][7]), [], STRUCT),  # pyright: ignore[reportIndexIssue]  # a dict of what is not said
        (traversal(dict, lambda d: each(d["w"])), [7.0, 8.0, 9.0], {"w": [7.0, 8.0, 9.0], "b": 4.0}),  # pyright: ignore[reportArgumentType, reportCallIssue]  # a dict of what is not said
        (lens(dict, lambda d: (d["b"], d["w"][0])), [(8.0, 9.0)], {"w": [9.0, 2.0, 3.0], "b": 8.0}),  # pyright: ignore[reportIndexIssue]  # a dict of what is not said
    ],
    ids=repr,
)
def test_each_focus_takes_its_own_value(optic: Any, values: list[Any], expected: Any) -> None:
    changed = optic.put_all(STRUCT, values)

    assert expected == changed
    assert values == optic.to_list(changed)
    assert {"w": [1.0, 2.0, 3.0], "b": 4.0} == STRUCT


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 4])
def test_the_number_of_values_must_be_that_of_the_foci(values: list[float]) -> None:
    with pytest.raises(StructMismatchError, match=r"each\(d\['w'\]\)\) has 3 foci in this struct, and got "):
        traversal(dict, lambda d: each(d["w"])).put_all(STRUCT, values)  # pyright: ignore[reportArgumentType, reportCallIssue]  # a dict of what is not said
