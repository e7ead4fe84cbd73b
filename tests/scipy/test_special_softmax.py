"""logsumexp, softmax and log_softmax, and the losses and densities that are made of special functions."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import special
from structgrad.testing import check_gradient

Function = Callable[..., Any]
inf = np.inf
X = np.sin(1.0 + 1.7 * np.arange(6.0)).reshape(2, 3) * 2.0
B = np.cos(0.3 + 2.1 * np.arange(6.0)).reshape(2, 3)
AXES = [None, 0, -1, (0, 1), (1, 0)]


@pytest.mark.feature(135)
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_agrees_with_differences(axis: Any, keepdims: bool) -> None:
    check_gradient(lambda v: special.logsumexp(v, axis, keepdims=keepdims), X, order=2)
    check_gradient(lambda v, w: special.logsumexp(v, axis, b=w, keepdims=keepdims), X, B**2, order=2)
    check_gradient(lambda v, w: special.logsumexp(v, axis, w, keepdims, return_sign=True), X, B)


def test_logsumexp_takes_what_scipys_takes() -> None:
    check_gradient(lambda v, w: special.logsumexp(v, axis=1, b=w), X[:, ::-1], B[0] ** 2, order=2)
    check_gradient(lambda v, w: special.logsumexp(v, axis=0, b=w), X[0], B**2)
    check_gradient(lambda v, w: special.logsumexp([v, 2.0 * w]), 0.3, 0.4)
    check_gradient(special.logsumexp, 0.3)
    check_gradient(lambda z: special.logsumexp(z, axis=0), X + 1j * B, order=2)
    check_gradient(lambda v: special.logsumexp(v, axis=0, b=[[1], [-3]], return_sign=True)[0], X)
    check_gradient(lambda v: special.logsumexp(v, axis=0), X.astype(np.float32))


@pytest.mark.parametrize(
    ("a", "b", "by_a", "by_b"),
    [
        ([0.0, -inf], None, [1.0, 0.0], None),
        ([-inf, -inf], None, [0.5, 0.5], None),  # ties share, as in np.logaddexp
        ([inf, inf, 3.0], None, [0.5, 0.5, 0.0], None),
        ([1e4, 1e4], None, [0.5, 0.5], None),
        ([-1e4, 1e4], None, [0.0, 1.0], None),
        ([0.0, inf, 0.0], [1.0, 0.0, 3.0], [0.25, 0.0, 0.75], None),
        ([0.0, 0.0, 0.0], [1.0, 0.0, 3.0], [0.25, 0.0, 0.75], [0.25, 0.25, 0.25]),
        ([0.0, 0.0], [2.0, -1.0], [2.0, -1.0], [1.0, 1.0]),
    ],
)
def test_logsumexp_at_its_edges(a: list[float], b: Any, by_a: list[float], by_b: Any) -> None:
    weights = None if b is None else np.array(b)

    assert sg.grad_bp(lambda v: special.logsumexp(v, b=weights))(np.array(a)).tolist() == by_a
    if by_b is not None:
        assert sg.grad_bp(lambda w: special.logsumexp(np.array(a), b=w))(weights).tolist() == by_b


def test_a_row_of_nothing_leaves_the_others_alone() -> None:
    grad = sg.grad_bp(lambda v: special.logsumexp(v, axis=1)[1])(np.array([[-inf, -inf], [0.0, 0.0]]))

    assert grad.tolist() == [[0.0, 0.0], [0.5, 0.5]]


def test_the_sign_of_a_sum_has_no_slope_and_that_of_a_complex_one_is_refused() -> None:
    assert not sg.grad_bp(lambda v: special.logsumexp(v, b=[1, -1], return_sign=True)[1])(X[0, :2]).any()
    with pytest.raises(MissingRuleError, match="return_sign=True of complex numbers"):
        sg.grad_bp(lambda z: special.logsumexp(z, return_sign=True)[0])(X + 1j * B)


@pytest.mark.feature(135)
@pytest.mark.parametrize("f", [special.softmax, special.log_softmax])
@pytest.mark.parametrize("axis", AXES)
def test_softmax_agrees_with_differences(f: Function, axis: Any) -> None:
    check_gradient(lambda v: f(v, axis), X, order=2)
    check_gradient(lambda v: f(v, axis=axis), X.T[::-1].astype(np.float32))
    check_gradient(lambda v, w: f([v, 2.0 * w]), 0.3, 0.4)


@pytest.mark.feature(135)
def test_softmax_of_large_numbers_is_finite_and_exact() -> None:
    for shift in (1e3, 1e4, -1e4):
        x = np.array([shift, shift + 1.0])
        p = special.softmax(np.array([0.0, 1.0]))
        np.testing.assert_array_equal(special.softmax(x), p)
        grad = sg.grad_bp(lambda v: special.softmax(v)[0])(x)
        np.testing.assert_allclose(grad, [p[0] * p[1], -p[0] * p[1]], rtol=1e-15)
        grad = sg.grad_bp(lambda v: special.log_softmax(v)[0])(x)
        np.testing.assert_allclose(grad, [p[1], -p[1]], rtol=1e-15)
    far = sg.grad_bp(lambda v: special.log_softmax(v)[0])(np.array([-1e4, 1e4]))
    assert far.tolist() == [1.0, -1.0]


@pytest.mark.feature(135)
def test_the_rows_of_a_batch_are_independent() -> None:
    whole = sg.grad_bp(lambda v: np.sum(special.softmax(v, axis=1) ** 2))(X)

    for row, grad in zip(X, whole, strict=True):
        np.testing.assert_allclose(grad, sg.grad_bp(lambda v: np.sum(special.softmax(v) ** 2))(row), rtol=1e-14)


@pytest.mark.feature(135)
def test_sigmoid_and_softplus_are_scipys_and_use_their_cotangent() -> None:
    exact = mp.diff(lambda x: 3 / (1 + mp.exp(-x)), -2)

    np.testing.assert_allclose(sg.grad_bp(lambda x: 3.0 * special.expit(x))(-2.0), float(exact), rtol=1e-14)
    for x, slope in ((-1e4, 0.0), (0.0, 0.5), (1e4, 1.0)):
        assert sg.grad_bp(special.softplus)(x) == slope


@pytest.mark.feature(136)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_cross_entropies_are_exact_and_stable(scale: float) -> None:
    logits, labels = X * scale, np.array([1, 0])
    onehot = np.eye(3)[labels]

    def sparse(v: sg.Array) -> sg.Scalar:
        return -np.mean(special.log_softmax(v, axis=1)[np.arange(2), labels])

    def dense(v: sg.Array) -> sg.Scalar:
        return np.mean(special.logsumexp(v, axis=1) - np.sum(onehot * v, axis=1))

    expected = (special.softmax(logits, axis=1) - onehot) / 2
    for loss in (sparse, dense):
        np.testing.assert_allclose(sg.grad_bp(loss)(logits), expected, rtol=1e-12, atol=1e-15)  # 1e-15 of p − 1 at 1
        half = sg.grad_bp(lambda v, loss=loss: 0.5 * loss(v))(logits)
        np.testing.assert_allclose(half, expected / 2, rtol=1e-12, atol=1e-15)


@pytest.mark.feature(136)
def test_a_binary_cross_entropy_by_log_expit_is_stable_at_both_ends() -> None:
    target = np.array([1.0, 0.0, 1.0, 0.0])
    logits = np.array([-1e4, 1e4, 3.0, -2.0])

    def loss(v: sg.Array) -> sg.Scalar:
        return -np.sum(target * special.log_expit(v) + (1.0 - target) * special.log_expit(-v))

    np.testing.assert_allclose(sg.grad_bp(loss)(logits), special.expit(logits) - target, rtol=1e-13)


@pytest.mark.feature(136)
def test_huber_is_the_square_inside_and_the_modulus_outside() -> None:
    grad = sg.grad_bp(lambda v: np.sum(special.huber(1.5, v)))(np.array([-3.0, -1.0, 0.0, 1.5, 2.0]))

    assert grad.tolist() == [-1.5, -1.0, 0.0, 1.5, 1.5]


@pytest.mark.feature(137)
def test_the_normal_density_moves_with_its_mean_and_variance() -> None:
    def density(x: Any, mean: Any, variance: Any) -> Any:
        return sg.grad_bp(lambda t: special.ndtr((t - mean) / np.sqrt(variance)))(x)

    by_x, by_mean, by_variance = sg.grad_bp(lambda p: density(*p))((0.0, 1.0, 1.0))

    phi = float(mp.npdf(1))  # 0.2420
    np.testing.assert_allclose([by_x, by_mean, by_variance], [phi, -phi, 0.0], rtol=1e-14, atol=1e-16)
    check_gradient(density, 0.3, 1.1, 2.0)
