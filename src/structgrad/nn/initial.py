"""Initialisers: a struct like the one given, its weights drawn from a seeded generator.

Leaves are drawn in the order of their paths, so that the order in which a dict was filled does not matter. A weight
is an array of rank 2 or more: (out, in) as in `w @ x`, or a convolution kernel (out, in, h, w). Vectors become 0, as
biases should; floats, 0-d arrays, whole numbers and what is carried along stay as they are. Of other arrays only shapes
and dtypes are read: `np.empty` will do.
"""

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import numpy as np

from structgrad.errors import users_line
from structgrad.nn.checks import require_generator
from structgrad.struct.walk import build, flatten, leaf_paths, leaf_spaces

T = TypeVar("T")


def glorot(params: T, rng: np.random.Generator) -> T:
    """Weights uniform in ±√(6 / (fan in + fan out)), which keeps variances alike forward and backward.

    params: any struct, for its classes, shapes and dtypes; arrays may come from np.empty. rng: NumPy's generator, which
    moves on. Returns a struct like params; vectors are 0, floats and 0-d arrays stay. A layer norm's scale is a vector:
    set it to ones afterwards. Weights may be (out, in) or (in, out).
    ValueError if there is no weight; TypeError for complex weights and for another generator. (Glorot and Bengio 2010,
    Understanding the difficulty of training deep feedforward neural networks, eq. 16.)

    >>> from structgrad import nn
    >>> nn.glorot({"w": np.zeros((1, 5)), "b": np.ones(1)}, np.random.default_rng(0))["b"]
    array([0.])
    """

    def drawn(shape: tuple[int, ...]) -> Any:
        bound = math.sqrt(6 / sum(_fans(shape)))
        return rng.uniform(-bound, bound, shape)

    return _weights(params, rng, "glorot", drawn)


def he(params: T, rng: np.random.Generator, fan: Literal["in", "out"] = "in") -> T:
    """Weights normal with variance 2 / fan in, which keeps the size of what passes through relu.

    params, rng: as of `glorot`. fan: "in" reads weights as (out, in), those of `w @ x`, and kernels as (out, in, h, w).
    If yours are (in, out), those of `x @ w`, take "out": variance 2 / fan out, and fan out is the length of the first
    axis. Of the others it keeps the size of gradients. Returns a struct like params; vectors are 0, floats and 0-d
    arrays stay. Errors as of `glorot`, and ValueError for another fan. (He, Zhang, Ren, Sun 2015, Delving deep into
    rectifiers, eq. 10 and 14.)

    >>> from structgrad import nn
    >>> w = nn.he(np.zeros((200, 50), np.float32), np.random.default_rng(0))
    >>> w.dtype, round(float(np.var(w)), 3)
    (dtype('float32'), 0.04)
    """
    if fan not in ("in", "out"):
        raise ValueError(f'he takes fan="in" or fan="out", and got {fan!r:.60}{users_line()}')

    def drawn(shape: tuple[int, ...]) -> Any:
        return rng.normal(0.0, math.sqrt(2 / _fans(shape)[fan == "out"]), shape)

    return _weights(params, rng, "he", drawn)


def orthogonal(params: T, rng: np.random.Generator, gain: float = 1.0) -> T:
    """Weights with orthonormal rows or columns, whichever are fewer, all such equally likely, times gain.

    params, rng: as of `glorot`. A kernel (out, in, h, w) counts as a matrix (out, in · h · w). Returns a struct like
    params; vectors are 0, floats and 0-d arrays stay. Errors as of `glorot`. (Saxe, McClelland, Ganguli 2014, Exact
    solutions to the nonlinear dynamics of learning in deep linear neural networks; the signs by Mezzadri 2007, How to
    generate random matrices from the classical compact groups.)

    >>> from structgrad import nn
    >>> w = nn.orthogonal(np.zeros((2, 3)), np.random.default_rng(0))
    >>> bool(np.allclose(w @ w.T, np.eye(2)))
    True
    """

    def drawn(shape: tuple[int, ...]) -> Any:
        n, m = shape[0], math.prod(shape[1:])
        q, r = np.linalg.qr(rng.standard_normal((max(n, m), min(n, m))))
        q = q * np.sign(np.diagonal(r))
        return gain * (q if n >= m else q.T).reshape(shape)

    return _weights(params, rng, "orthogonal", drawn)


def uniform(params: T, rng: np.random.Generator, low: float = 0.0, high: float = 1.0) -> T:
    """Every float and every array of floats, vectors too, uniform between low and high.

    params, rng: as of `glorot`. low < high, finite. Returns a struct like params; whole numbers and what is carried
    along stay. ValueError for other bounds; TypeError, with the path, for leaves of other kinds (complex, Fraction).

    >>> from structgrad import nn
    >>> nn.uniform({"w": 0.0, "n": 3}, np.random.default_rng(0), -1.0, 1.0)
    {'w': 0.2739233746429086, 'n': 3}
    """
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"uniform needs low < high, both finite, and got {low!r:.60} and {high!r:.60}{users_line()}")

    def filled(leaf: Any, path: str) -> Any:
        _require_real(leaf, path, "uniform")
        return np.asarray(rng.uniform(low, high, np.shape(leaf)))

    return _filled(params, rng, "uniform", filled)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Numbers that meet in one output, and outputs that one number goes to."""
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _is_weight(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray) and leaf.ndim > 1 and leaf.dtype.kind in "fc"


def _weights(params: T, rng: Any, name: str, drawn: Callable[[tuple[int, ...]], Any]) -> T:
    """The struct with drawn weights and zeros for vectors."""
    if not any(_is_weight(leaf) for leaf in flatten(params)[0]):
        raise ValueError(
            f"{name} found no weight to draw{users_line()}: no array of floats of rank 2 or more. "
            f"For vectors and floats take uniform."
        )

    def filled(leaf: Any, path: str) -> Any:
        if not isinstance(leaf, np.ndarray) or not leaf.ndim:
            return leaf
        if leaf.ndim == 1 or not leaf.size:
            return np.zeros(leaf.shape)
        _require_real(leaf, path, name)
        return drawn(leaf.shape)

    return _filled(params, rng, name, filled)


def _filled(params: T, rng: Any, name: str, filled: Callable[[Any, str], Any]) -> T:
    """The struct of filled(leaf, path) over the differentiable leaves, of their own classes and dtypes."""
    require_generator(rng, name)
    leaves, nodes = flatten(params)
    paths, spaces = leaf_paths(params), leaf_spaces(params, leaves)
    for i in sorted(range(len(leaves)), key=paths.__getitem__):
        if spaces[i].role == "smooth":
            leaf = leaves[i]
            new = filled(leaf, paths[i])
            leaves[i] = spaces[i].like(leaf, new.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else new)
    built: T = build(nodes, leaves)
    return built


def _require_real(leaf: Any, path: str, name: str) -> None:
    kind = getattr(getattr(leaf, "dtype", None), "kind", "f" if isinstance(leaf, float) else "O")
    if kind != "f":
        raise TypeError(
            f"{name} fills floats and arrays of floats, and {path or 'the argument'} is a {type(leaf).__qualname__}"
            f"{users_line()}. Annotate it Static[...] to carry it along; draw complex numbers as two real parts."
        )
