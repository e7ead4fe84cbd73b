"""beartype, typeguard and checkers of one's own: what a traced value is to them is what its plain value is."""

import functools
import inspect
import numbers
from collections.abc import Callable, Collection, Iterable, Mapping, Reversible, Sequence, Sized
from typing import Annotated, Any, SupportsFloat, get_type_hints

import numpy as np
import pytest
from beartype import beartype
from beartype.door import is_bearable
from beartype.roar import BeartypeCallHintParamViolation, BeartypeCallHintReturnViolation
from beartype.vale import Is
from numpy.typing import NDArray
from typeguard import TypeCheckError, check_type, typechecked

import structgrad as sg
from structgrad.testing import check_gradient

W = np.linspace(-0.5, 0.7, 6).reshape(2, 3)
VALUES = [W, W.astype(np.float32), W[0], np.array(0.7), 0.7, np.float64(0.7), np.float32(0.7)]
CLASSES: list[Any] = [np.ndarray, np.generic, np.floating, np.float64, float, int, complex, str, list]
CLASSES += [numbers.Number, numbers.Complex, numbers.Real, numbers.Integral, SupportsFloat]
CLASSES += [Iterable, Sized, Collection, Sequence, Mapping, Reversible, Callable]
Rank2 = Annotated[np.ndarray, Is[lambda a: a.ndim == 2]]
Positive = Annotated[float, Is[lambda x: x > 0]]
HINTS: list[Any] = [
    NDArray[np.float64],
    NDArray[np.float32],
    Rank2,
    Positive,
    float | None,
    sg.Scalar,
    sg.Array | float,
]
LISTS: list[Any] = [list[float], list[np.floating], list[np.ndarray], tuple[float, ...]]
Check = Callable[..., None]
Answers = Callable[[Callable[[Any], Any], Any], list[Any]]


def passes(x: Any, hint: Any) -> bool:
    try:
        check_type(x, hint)
    except TypeCheckError:
        return False
    return True


@pytest.mark.parametrize("x", VALUES, ids=repr)
def test_to_isinstance_beartype_and_typeguard_a_traced_value_is_what_its_plain_value_is(
    x: Any, answers: Answers
) -> None:
    plain, *traced = answers(
        lambda v: (
            [isinstance(v, cls) for cls in CLASSES],
            [is_bearable(v, hint) for hint in HINTS],
            [is_bearable([v], hint) for hint in LISTS],
            [passes(v, hint) for hint in HINTS],
        ),
        x,
    )

    assert all(True in each for each in plain)
    assert traced == [plain] * len(traced)


@beartype
def by_beartype(w: Rank2, scale: Positive) -> np.ndarray:
    return w * scale if w.shape[0] == 2 else None  # type: ignore[return-value]  # pyright: ignore[reportReturnType]  # what beartype must report


@typechecked
def by_typeguard(w: np.ndarray, scale: float) -> np.ndarray:
    y: np.ndarray = w * scale if w.shape[0] == 2 else None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # what typeguard must report
    return y


def by_hints(f: Callable[..., Any]) -> Callable[..., Any]:
    """A checker as one writes it oneself."""
    hints, signature = get_type_hints(f), inspect.signature(f)

    @functools.wraps(f)
    def checked(*args: Any) -> Any:
        for name, x in signature.bind(*args).arguments.items():
            if not isinstance(x, hints[name]):
                raise TypeError(f"{name} is a {x.__class__.__name__}")
        return f(*args)

    return checked


@by_hints
def by_hand(w: "np.ndarray", scale: "float") -> np.ndarray:
    return w * scale


@pytest.mark.parametrize("scaled", [by_beartype, by_typeguard, by_hand])
def test_a_checked_function_has_its_gradients(scaled: Any) -> None:
    check_gradient(lambda w, s: np.sum(np.sin(scaled(w, s * s))), W, 0.7, order=2)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda w: by_beartype(w[0], 2.0), BeartypeCallHintParamViolation),
        (lambda w: by_beartype(w, w[0, 0]), BeartypeCallHintParamViolation),  # negative
        (lambda w: by_beartype(w, w), BeartypeCallHintParamViolation),
        (lambda w: by_beartype(w.T, 2.0), BeartypeCallHintReturnViolation),
        (lambda w: by_typeguard(w[0, 0], 2.0), TypeCheckError),
        (lambda w: by_typeguard(w, w), TypeCheckError),
        (lambda w: by_typeguard(w.T, 2.0), TypeCheckError),
        (lambda w: by_hand(w[0, 0], 2.0), TypeError),
        (lambda w: by_hand(w, w), TypeError),
    ],
)
def test_a_wrong_argument_and_a_wrong_result_are_reported(wrong: Any, error: Any, reported: Check) -> None:
    reported(wrong, W, error)


@pytest.mark.parametrize("checker", [beartype, typechecked])
def test_an_op_and_its_pullback_may_be_checked(checker: Any) -> None:
    def square(x: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
        def pullback(g: np.ndarray) -> np.ndarray:
            cotangent: np.ndarray = 2.0 * x * g
            return cotangent

        return x * x, checker(pullback)

    op = sg.op(checker(square))

    check_gradient(lambda w: np.sum(np.sin(op(w))), W, order=2)


def test_a_gradient_may_be_checked_from_outside() -> None:
    def loss(w: np.ndarray) -> sg.Scalar:
        return np.sum(w**2)

    gradient: Any = beartype(sg.grad_bp(beartype(loss)))

    np.testing.assert_array_equal(gradient(W), 2.0 * W)
    with pytest.raises(BeartypeCallHintParamViolation):
        gradient(0.7)
