"""Every entry of the rule table for NumPy's functions: both modes, two orders, and arrays of every kind."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import StructgradError
from structgrad.tape.rule import RULES
from structgrad.testing import check_gradient

from .cases import ENTRIES, NO_ROW, REFUSED, numbers, real_row_of

every_rule = pytest.mark.parametrize("key", ENTRIES, ids=[RULES[key].name for key in ENTRIES])
ELEMENTWISE = [key for key in ENTRIES if isinstance(key, np.ufunc) and key.signature is None]


def test_every_entry_of_the_table_has_its_row() -> None:
    assert len(ENTRIES) > 400
    assert [RULES[key].name for key in ENTRIES if real_row_of(key) is NO_ROW] == []


@every_rule
def test_both_modes_and_both_orders_agree_with_differences(key: Any) -> None:
    f, shapes = real_row_of(key)

    check_gradient(f, *numbers(key, shapes), order=2)


@every_rule
def test_float32_stays_float32(key: Any) -> None:
    f, shapes = real_row_of(key)

    check_gradient(f, *numbers(key, shapes, np.float32))


@every_rule
def test_views_of_any_layout_do_as_well_and_no_argument_is_written_into(key: Any) -> None:
    f, shapes = real_row_of(key)
    args = numbers(key, shapes)
    held = [np.repeat(arg, 2, -1).T.copy() if np.ndim(arg) else arg for arg in args]

    def through_views(*args: Any) -> Any:
        views = [v.T[..., ::2] if np.ndim(v) else v for v in args]
        return f(*views), views

    for given in (held, [np.asfortranarray(v)[::1] for v in held]):
        before = [np.copy(v) for v in given]
        check_gradient(through_views, *given)
        for v, was in zip(given, before, strict=True):
            np.testing.assert_array_equal(v, was)


@every_rule
def test_empty_arrays_have_empty_gradients_where_numpy_takes_them(key: Any) -> None:
    f, shapes = real_row_of(key)
    args = numbers(key, [tuple(0 if n == 3 else n for n in shape) for shape in shapes])
    # A mean of nothing warns and is NaN: that counts as an error here, and has to be one on either side.
    errors = (ValueError, IndexError, TypeError, ArithmeticError, RuntimeWarning, StructgradError)
    try:
        f(*args)
    except errors:
        with pytest.raises(errors):
            sg.vjp(f)(*args)
        return
    check_gradient(f, *args)


@pytest.mark.parametrize("key", ELEMENTWISE, ids=[RULES[key].name for key in ELEMENTWISE])
def test_broadcasting_is_undone(key: Any) -> None:
    for shapes in (((2, 1), (3,), ()), ((), (2, 3), (1, 1)), ((1, 3), (2, 1, 1), (3,))):
        args = numbers(key, shapes[: key.nin])
        if key is np.ldexp:
            args[1] = np.array([[2], [-1]])
        check_gradient(key, *args)


@pytest.mark.parametrize("key", REFUSED)
def test_what_numpy_refuses_to_compute_has_no_gradient_either(key: Any) -> None:
    f = getattr(*key)
    with pytest.raises(TypeError):
        f(np.array([0.5, 1.5]))
    with pytest.raises(TypeError):
        sg.vjp(f)(np.array([0.5, 1.5]))


@pytest.mark.parametrize("name", ["max", "amax", "min", "amin", "nanmax", "nanmin", "sum", "prod", "nansum", "nanprod"])
def test_what_a_reduction_starts_from_has_a_slope(name: str) -> None:
    reduce = getattr(np, name)
    for start in (-2.0, 0.1, 2.0):
        check_gradient(lambda a, x: reduce(a, initial=x) + x, np.array([0.3, -1.2, 0.9]), start, order=2)
