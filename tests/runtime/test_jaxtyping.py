"""Shapes in annotations: jaxtyping checks traced values as it does plain ones, by beartype and by typeguard."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from beartype import beartype
from jaxtyping import Float, Float32, Float64, Int, TypeCheckError, install_import_hook, jaxtyped
from typeguard import TypeCheckError as TypeguardError
from typeguard import typechecked

import structgrad as sg
from structgrad.testing import check_gradient

# In a name: typeguard reads the text "n m" as code where it stands in a signature.
Matrix = Float[sg.Array, "n m"]
Inputs = Float[np.ndarray, "m"]
Outputs = Float64[sg.Array, "n"]
Single = Float32[np.ndarray, "n m"]
Whole = Int[np.ndarray, "n m"]
Number = Float[sg.Array, ""]

W = np.linspace(-0.5, 0.7, 6).reshape(2, 3)
Run = Callable[[Callable[[Any], Any], Any], Any]
Check = Callable[..., None]


@jaxtyped(typechecker=beartype)
def by_beartype(w: Matrix, x: Inputs) -> Outputs:
    return np.tanh(w @ x)  # type: ignore[no-any-return]  # NumPy's stubs: Any


@jaxtyped(typechecker=None)  # opens the scope of n and m; typeguard 4 cannot find the source of what jaxtyped makes
@typechecked
def by_typeguard(w: Matrix, x: Inputs) -> Outputs:
    return np.tanh(w @ x)  # type: ignore[no-any-return]  # NumPy's stubs: Any


@jaxtyped(typechecker=beartype)
def row_by_beartype(w: Matrix) -> Outputs:
    return w[:, :1]


@jaxtyped(typechecker=None)
@typechecked
def row_by_typeguard(w: Matrix) -> Outputs:
    return w[:, :1]


both = pytest.mark.parametrize(
    ("layer", "row", "error"),
    [(by_beartype, row_by_beartype, TypeCheckError), (by_typeguard, row_by_typeguard, TypeguardError)],
    ids=["beartype", "typeguard"],
)


@both
def test_a_function_with_shapes_has_its_gradients(layer: Any, row: Any, error: Any) -> None:
    check_gradient(lambda w, x: np.sum(layer(w, x) ** 2), W, np.array([0.3, -0.2, 0.9]), order=2)


@both
def test_a_wrong_shape_a_wrong_rank_and_a_wrong_result_are_reported(
    layer: Any, row: Any, error: Any, reported: Check
) -> None:
    reported(lambda w: layer(w, w[0][:2]), W, error)  # m is 3
    reported(lambda w: layer(w, w), W, error)
    reported(lambda w: layer(w[0], w[0]), W, error)
    reported(lambda w: layer(w, w[0, 0]), W, error)  # a number is no array
    reported(row, W, error)  # a result of two axes


@both
def test_the_axes_of_one_call_do_not_bind_the_next(layer: Any, row: Any, error: Any, run: Run) -> None:
    run(lambda w: np.sum(layer(w, w[0])) + np.sum(layer(w.T, w[:, 0])), W)


def test_what_is_reported_is_what_a_plain_call_reports(run: Run) -> None:
    with pytest.raises(TypeCheckError) as plain:
        by_beartype(W, W[0][:2])
    with pytest.raises(TypeCheckError) as traced:
        run(lambda w: np.sum(by_beartype(w, w[0][:2])), W)

    assert "Actual value: f64[2](numpy)" in str(traced.value)
    assert str(traced.value) == str(plain.value)


@jaxtyped(typechecker=beartype)
def single(w: Single) -> sg.Scalar:
    return np.sum(w * w)


@jaxtyped(typechecker=beartype)
def whole(w: Whole) -> sg.Scalar:
    return np.sum(w * w)


def test_a_wrong_dtype_is_reported(run: Run, reported: Check) -> None:
    run(single, W.astype(np.float32))

    reported(single, W, TypeCheckError, r"f64\[2,3\]")
    reported(whole, W, TypeCheckError, r"f64\[2,3\]")


@jaxtyped(typechecker=beartype)
def cube(x: Number | float) -> Number | float:
    return x * x * x


def test_numbers_are_floats_or_arrays_without_axes() -> None:
    for x in (0.7, np.float64(0.7), np.array(0.7)):
        check_gradient(cube, x, order=2)


@jaxtyped(typechecker=beartype)
@dataclass(frozen=True)
class Linear:
    w: Matrix
    x: Inputs
    gain: float = 1.0


def test_a_checked_dataclass_is_built_within_a_loss() -> None:
    def loss(linear: Linear) -> sg.Scalar:
        other = replace(linear, w=linear.w**2, gain=linear.gain * linear.x[0])
        return np.sum(np.tanh(other.w @ other.x)) * other.gain

    check_gradient(loss, Linear(W, W[0], 2.0), order=2)


def test_a_wrong_field_is_reported_within_a_loss(reported: Check) -> None:
    reported(lambda w: Linear(w.T, w[0]).w, W, TypeCheckError)  # x has 3, w.T two columns
    reported(lambda w: Linear(w[0], w[0]).w, W, TypeCheckError)
    reported(lambda w: Linear(w, w[0, 0]).w, W, TypeCheckError)
    reported(lambda w: Linear(w, w[0], w).w, W, TypeCheckError)  # a matrix for a float


def test_an_array_of_objects_is_no_array_of_floats_and_a_stack_is(refused: Check) -> None:
    def loss(join: Any) -> Any:
        return lambda w: np.sum(by_beartype(w, join([w[0, 0], w[0, 1], 1.0])))

    refused(loss(np.array), W, TypeCheckError, r"object\[3\]")  # NumPy gives np.array no hook
    check_gradient(loss(np.stack), W)


def test_a_module_under_the_import_hook_is_checked_within_a_run(
    tmp_path: Path, monkeypatch: Any, reported: Check
) -> None:
    (tmp_path / "hooked.py").write_text(
        "import numpy as np\nfrom jaxtyping import Float\n\n"
        'def apply(w: Float[np.ndarray, "n m"], x: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:\n'
        "    return w @ x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with install_import_hook("hooked", "beartype.beartype"):
        import hooked  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]  # written above
    monkeypatch.delitem(sys.modules, "hooked")

    check_gradient(lambda w: np.sum(hooked.apply(w, w[0])), W)
    reported(lambda w: hooked.apply(w, w[:, 0]), W, TypeCheckError)
