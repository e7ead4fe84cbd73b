"""Whatever of NumPy's may meet a traced value has a declared status: a new NumPy cannot add a name unseen."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.char
import numpy.fft
import numpy.lib.recfunctions
import numpy.polynomial
import numpy.strings
import pytest
from numpy.testing import overrides

import structgrad as sg
from structgrad.tape.rule import find, name_of
from structgrad.tape.value import Traced, TracedArray

FUNCTIONS = overrides.get_overridable_numpy_array_functions()
UFUNCS = overrides.get_overridable_numpy_ufuncs()
ON_TRACED = {name for cls in (Traced, TracedArray) for name in vars(cls)}
# What traced values lack on purpose.
LACKING = {
    # They would hand NumPy's own code the memory, and the gradient would be lost in silence.
    *("__array_interface__", "__array_struct__", "__dlpack__", "__dlpack_device__", "__array_wrap__"),
    *("__array_finalize__", "__array_priority__"),
    # Floats have no bits: TypeError, as for plain arrays.
    *(f"__{side}{name}__" for name in ("and", "or", "xor", "lshift", "rshift") for side in ("", "r", "i")),
    "__invert__",
    # Of classes, of pickling, what no array can do, and what NumPy 2 has taken away.
    *("__class_getitem__", "__setstate__", "__getnewargs__", "__getformat__", "__delitem__", "fromhex"),
    *("newbyteorder", "tostring"),
}


def status(function: Any) -> str | None:
    """The status of a function; one that is made for `like=` goes by its public twin."""
    entry = find(function) or find(getattr(function, "_implementation", None))
    return entry.status if entry else None


def without_status(functions: Iterable[Any]) -> list[str]:
    """The names of those about which the table says nothing."""
    return sorted(name_of(function) for function in functions if not status(function))


def methods(ufunc: np.ufunc) -> Iterator[str]:
    """The methods that NumPy lets a ufunc have."""
    if ufunc.signature is not None:
        return
    if ufunc.nin == 2:
        yield "outer"
    if ufunc.nin == 2 and ufunc.nout == 1:
        yield from ("reduce", "accumulate", "reduceat")
    if ufunc.nin <= 2 and ufunc.nout == 1:
        yield "at"


def test_every_function_that_numpy_lets_others_override_has_a_status() -> None:
    assert len(FUNCTIONS) > 280
    assert without_status(FUNCTIONS) == []


def test_every_ufunc_has_a_status() -> None:
    assert len(UFUNCS) > 100
    assert without_status(UFUNCS) == []


def test_every_method_of_every_ufunc_has_a_status() -> None:
    keys = [(ufunc, method) for ufunc in UFUNCS for method in methods(ufunc)]

    assert len(keys) > 250
    assert sorted(name_of(key) for key in keys if not status(key)) == []


def test_methods_that_are_not_listed_are_those_that_numpy_refuses() -> None:
    for ufunc in UFUNCS:
        for method in {"reduce", "accumulate", "reduceat", "outer", "at"} - set(methods(ufunc)):
            args = {"reduceat": ([0],), "outer": (1.0,), "at": ([0], 1.0)}.get(method, ())
            with pytest.raises((ValueError, TypeError, RuntimeError)):
                getattr(ufunc, method)(np.ones(2), *args)


@pytest.mark.parametrize("kind", [np.ndarray, np.float64, np.complex128, float, complex])
def test_every_method_and_attribute_of_arrays_and_numbers_is_known_to_traced_values(kind: type) -> None:
    public = {name for name in dir(kind) if name.startswith("__") or not name.startswith("_")}
    missing = {name for name in public if name not in ON_TRACED and not hasattr(object, name)}

    assert sorted(missing - LACKING) == []


def test_what_traced_values_lack_is_still_lacking() -> None:
    assert sorted(LACKING & ON_TRACED) == []


def test_a_name_without_a_status_is_seen() -> None:
    def new() -> None: ...

    assert without_status([np.sum, new]) == ["new"]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda v: np.eye(2, 3, like=v), np.eye(2, 3)),
        (lambda v: np.ones((2, 3), like=v), np.ones((2, 3))),
        (lambda v: np.tri(2, 3, like=v), np.tri(2, 3)),
        (lambda v: np.identity(3, like=v)[:2], np.identity(3)[:2]),
        (lambda v: np.full((2, 3), 7.0, like=v), np.full((2, 3), 7.0)),
        (lambda v: np.full((2, 3), v[0, 0], like=v), np.full((2, 3), 0.5)),
        (lambda v: np.asarray([[1.0, v[0, 1], 2.0], [0.0, 0.0, 0.0]], like=v), [[1.0, 1.5, 2.0], [0.0, 0.0, 0.0]]),
        (lambda v: np.fromfunction(lambda i, j: i + j, (2, 3), like=v), [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]),
        (lambda v: np.arange(6.0, like=v).reshape(2, 3), np.arange(6.0).reshape(2, 3)),
        (lambda v: np.loadtxt(["1 2 3", "4 5 6"], like=v), np.arange(1.0, 7.0).reshape(2, 3)),
    ],
)
def test_what_is_made_like_a_traced_array_has_the_values_of_plain_ones(make: Callable[..., Any], expected: Any) -> None:
    value, pullback = sg.vjp(lambda v: v * make(v))(np.arange(0.5, 6.5).reshape(2, 3))

    np.testing.assert_array_equal(value, np.arange(0.5, 6.5).reshape(2, 3) * expected)
    assert pullback(np.ones((2, 3))).shape == (2, 3)
