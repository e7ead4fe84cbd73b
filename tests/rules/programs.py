"""Programs for the comparison with another library: each is a number of a vector, in the NumPy that it is given.

test_oracle.py runs them with NumPy, make_oracle.py with jax.numpy.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Program = Callable[[Any, Any], Any]
CONSTANTS = np.sin(1.0 + np.arange(36.0) ** 1.7).reshape(6, 6)


def start(n: int) -> Any:
    """Where the derivatives are taken, and along which direction: n numbers each, the same on every machine."""
    i = np.arange(float(n))
    return np.sin(0.7 + 1.9 * i) + 0.05 * i, np.cos(0.3 + 2.3 * i)


def rosenbrock(xp: Any, x: Any) -> Any:
    """The valley of Rosenbrock (1960)."""
    return xp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def perceptron(xp: Any, x: Any) -> Any:
    """Cross entropy of a network of one hidden layer."""
    w, b, u = x[:18].reshape(6, 3), x[18:21], x[21:].reshape(3, 2)
    logits = xp.tanh(CONSTANTS @ w + b) @ u
    shifted = logits - xp.max(logits, axis=1, keepdims=True)
    return -xp.mean(shifted[:, 0] - xp.log(xp.sum(xp.exp(shifted), axis=1)))


def recurrent(xp: Any, x: Any) -> Any:
    """A recurrent network over six steps, and the square of its last state."""
    w, state = x[:9].reshape(3, 3), x[9:]
    for row in CONSTANTS:
        state = xp.tanh(w @ state + row[:3])
    return xp.sum(state**2)


def attention(xp: Any, x: Any) -> Any:
    """One head of dot product attention."""
    q, k, v = (x[i * 12 : (i + 1) * 12].reshape(4, 3) for i in range(3))
    scores = xp.einsum("ik,jk->ij", q, k) / 3.0**0.5
    weights = xp.exp(scores) / xp.sum(xp.exp(scores), axis=-1, keepdims=True)
    return xp.sum(xp.einsum("ij,jk->ik", weights, v) * CONSTANTS[:4, :3])


def layer_norm(xp: Any, x: Any) -> Any:
    """Rows of mean 0 and variance 1, then a smooth step."""
    a = x.reshape(3, 4)
    a = (a - xp.mean(a, axis=1, keepdims=True)) / xp.sqrt(xp.var(a, axis=1, keepdims=True) + 1e-3)
    return xp.sum(CONSTANTS[:3, :4] / (1.0 + xp.exp(-a)))


def gaussian_process(xp: Any, x: Any) -> Any:
    """Log likelihood of a Gaussian process by its lengths, scale and noise, through Cholesky."""
    points = CONSTANTS[:, :3] * xp.exp(x[:3])
    square = xp.sum((points[:, None] - points[None]) ** 2, axis=-1)
    factor = xp.linalg.cholesky(xp.exp(x[3] - square / 2.0) + xp.exp(x[4]) * np.eye(6))
    white = xp.linalg.solve(factor, CONSTANTS[:, 4])
    return -white @ white / 2.0 - xp.sum(xp.log(xp.diagonal(factor)))


def log_determinant(xp: Any, x: Any) -> Any:
    """slogdet and inv of a matrix."""
    a = x.reshape(4, 4) + 3.0 * np.eye(4)
    return xp.linalg.slogdet(a)[1] + xp.trace(xp.linalg.inv(a) @ a.T) + xp.linalg.det(a[:3, :3])


def eigenvalues(xp: Any, x: Any) -> Any:
    """A trace of a function of a symmetric matrix, and one eigenvector's share."""
    a = x.reshape(4, 4)
    values, vectors = xp.linalg.eigh(a + a.T)
    return xp.sum(xp.exp(values / 3.0)) + vectors[0, 0] ** 2


def singular_values(xp: Any, x: Any) -> Any:
    """The nuclear norm and the logarithm of the condition."""
    s = xp.linalg.svd(x.reshape(4, 3), compute_uv=False)
    return xp.sum(s) + xp.log(s[0] / s[-1])


def triangular_factor(xp: Any, x: Any) -> Any:
    """The diagonal of R in QR."""
    return xp.sum(xp.log(xp.abs(xp.diagonal(xp.linalg.qr(x.reshape(4, 4) + np.eye(4))[1]))) * CONSTANTS[0, :4])


def least_squares(xp: Any, x: Any) -> Any:
    """The residual of a fit whose design and data both move."""
    a, b = x[:12].reshape(6, 2), x[12:]
    return xp.sum((b - a @ (xp.linalg.pinv(a) @ b)) ** 3)


def spectrum(xp: Any, x: Any) -> Any:
    """The entropy of a power spectrum."""
    power = xp.abs(xp.fft.rfft(x)) ** 2
    p = power / xp.sum(power)
    return -xp.sum(p * xp.log(p))


def filtered(xp: Any, x: Any) -> Any:
    """A signal through its own first numbers as a filter."""
    return xp.sum(xp.convolve(x, x[:4], mode="same") ** 2)


def ordered(xp: Any, x: Any) -> Any:
    """Order statistics."""
    return xp.sum(xp.sort(x) ** 3 * CONSTANTS[0]) + xp.median(x) * xp.quantile(x, 0.3) * xp.max(x)


def cumulated(xp: Any, x: Any) -> Any:
    """Sums and products up to each place."""
    return xp.sum(xp.cumsum(x) * xp.cumprod(1.0 + x / 4.0)) + xp.prod(x)


def orbit(xp: Any, x: Any) -> Any:
    """Energy drift of a body around the sun: ten leapfrog steps."""
    place, speed = 1.0 + x[:2] / 4.0, x[2:]
    for _ in range(10):
        speed = speed - 0.05 * place / xp.sum(place**2) ** 1.5
        place = place + 0.1 * speed
        speed = speed - 0.05 * place / xp.sum(place**2) ** 1.5
    return xp.sum(speed**2) / 2.0 - 1.0 / xp.sqrt(xp.sum(place**2))


def branches(xp: Any, x: Any) -> Any:
    """A root taken only where it exists, a hinge, and bounds."""
    root = xp.where(x > 0.0, xp.sqrt(xp.where(x > 0.0, x, 1.0)), x**3)
    return xp.sum(root * xp.maximum(0.1 - x, 0.0)) + xp.sum(xp.clip(x, -0.5, 0.7) ** 2) + xp.sum(xp.abs(x) ** 1.5)


def norms(xp: Any, x: Any) -> Any:
    """Norms of several orders, of vectors and of a matrix."""
    matrix = x.reshape(3, 4)
    return xp.linalg.norm(x, 3) + xp.linalg.norm(matrix) * xp.linalg.norm(x, 1) + xp.sum(xp.linalg.norm(matrix, axis=0))


def planes(xp: Any, x: Any) -> Any:
    """Angles, distances and sums of exponentials."""
    a, b = x[:6], x[6:] + 2.0
    return xp.sum(xp.arctan2(a, b) * xp.hypot(a, b) + xp.logaddexp(a, b) + xp.log1p(b) * xp.expm1(a))


def elementary(xp: Any, x: Any) -> Any:
    """One of each elementary function, one inside another."""
    y = xp.arcsinh(x) + xp.arctan(xp.sinh(x)) + xp.cosh(x) * xp.sinc(x)
    return xp.sum(
        xp.arccos(xp.tanh(y) / 2.0) + xp.arcsin(xp.sin(x) / 3.0) + xp.cbrt(2.0 + xp.cos(y)) + 2.0 ** (x / 3.0)
    )


def series(xp: Any, x: Any) -> Any:
    """The exponential of a matrix by its series, and a power of it."""
    a = x.reshape(3, 3) / 3.0
    term = total = np.eye(3)
    for n in range(1, 12):
        term = term @ a / n
        total = total + term
    return xp.sum(total * CONSTANTS[:3, :3]) + xp.trace(xp.linalg.matrix_power(a, 4))


def polynomial(xp: Any, x: Any) -> Any:
    """A polynomial by its coefficients and where it is taken."""
    return xp.sum(xp.polyval(x[:4], x[4:]) ** 2) / 10.0


def table(xp: Any, x: Any) -> Any:
    """A table read between its points."""
    return xp.sum(xp.interp(np.linspace(0.1, 4.7, 9), np.arange(6.0), x) ** 3)


def moved(xp: Any, x: Any) -> Any:
    """What only moves numbers: shapes, joins, picks and shifts."""
    a = x.reshape(3, 4)
    b = xp.concatenate([xp.roll(a, 1, axis=1), xp.flip(a.T, 0).reshape(3, 4)], axis=0)
    c = xp.pad(b[::2, 1:], 1, mode="reflect") * xp.tile(xp.take(x, np.array([0, 3, 3, 5, 7])), (5, 1))
    return xp.sum(xp.kron(c[:2, :2], a[:2]) ** 2) + xp.sum(xp.tril(c) @ xp.diag(x[:5])) + xp.sum(xp.outer(x, x) ** 3)


PROGRAMS: dict[str, tuple[Program, int]] = {
    program.__name__: (program, n)
    for program, n in (
        (rosenbrock, 6),
        (perceptron, 27),
        (recurrent, 12),
        (attention, 36),
        (layer_norm, 12),
        (gaussian_process, 5),
        (log_determinant, 16),
        (eigenvalues, 16),
        (singular_values, 12),
        (triangular_factor, 16),
        (least_squares, 18),
        (spectrum, 12),
        (filtered, 12),
        (ordered, 6),
        (cumulated, 8),
        (orbit, 4),
        (branches, 12),
        (norms, 12),
        (planes, 12),
        (elementary, 6),
        (series, 9),
        (polynomial, 8),
        (table, 6),
        (moved, 12),
    )
}
