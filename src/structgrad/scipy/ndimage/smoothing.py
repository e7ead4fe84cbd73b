"""Uniform and Gaussian filters: correlations along one axis after the other."""

from typing import Any

import numpy as np
import scipy.ndimage

from structgrad.arrays import shape_of
from structgrad.scipy.definition import as_scipys
from structgrad.scipy.ndimage.extension import correlated_along
from structgrad.scipy.ndimage.filters import stated
from structgrad.tape.value import plain

ndimage: Any = scipy.ndimage  # its overloads know nothing of traced values


@as_scipys(scipy.ndimage.uniform_filter1d)
def uniform_filter1d(
    input: Any, size: int, axis: int = -1, output: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: int = 0
) -> Any:
    """SciPy's `uniform_filter1d`, differentiable in input and cval."""

    def value(x: Any, cval: Any) -> Any:
        return ndimage.uniform_filter1d(x, size, axis, output, mode, cval, origin)

    def definition(x: Any, cval: Any) -> Any:
        return correlated_along(axis, x, np.full(size, 1 / size), origin, mode, cval)

    return stated("uniform_filter1d", output, value, definition, input, cval)


@as_scipys(scipy.ndimage.uniform_filter)
def uniform_filter(
    input: Any, size: Any = 3, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, **axes: Any
) -> Any:
    """SciPy's `uniform_filter`, differentiable in input and cval."""

    def value(x: Any, cval: Any) -> Any:
        return ndimage.uniform_filter(x, size, output, mode, cval, origin, **axes)

    def definition(x: Any, cval: Any) -> Any:
        for axis, n, where, start in _by_axis(x, axes.get("axes"), size, mode, origin):
            if n > 1:
                x = correlated_along(axis, x, np.full(int(n), 1 / int(n)), start, where, cval)
        return x

    return stated("uniform_filter", output, value, definition, input, cval)


@as_scipys(scipy.ndimage.gaussian_filter1d)
def gaussian_filter1d(
    input: Any,
    sigma: Any,
    axis: int = -1,
    order: int = 0,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    truncate: float = 4.0,
    **radius: Any,
) -> Any:
    """SciPy's `gaussian_filter1d`, differentiable in input, sigma and cval; the width of the kernel is constant."""

    def value(x: Any, sigma: Any, cval: Any) -> Any:
        return ndimage.gaussian_filter1d(x, sigma, axis, order, output, mode, cval, truncate, **radius)

    def definition(x: Any, sigma: Any, cval: Any) -> Any:
        kernel = _gaussian(sigma, order, truncate, radius.get("radius"))
        return correlated_along(axis, x, kernel, 0, mode, cval)

    return stated("gaussian_filter1d", output, value, definition, input, sigma, cval)


@as_scipys(scipy.ndimage.gaussian_filter)
def gaussian_filter(
    input: Any,
    sigma: Any,
    order: Any = 0,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: float = 4.0,
    **only: Any,
) -> Any:
    """SciPy's `gaussian_filter`, differentiable in input, sigma and cval; the width of the kernel is constant."""

    def value(x: Any, sigma: Any, cval: Any) -> Any:
        return ndimage.gaussian_filter(x, sigma, order, output, mode, cval, truncate, **only)

    def definition(x: Any, sigma: Any, cval: Any) -> Any:
        for axis, width, n, where, radius in _by_axis(x, only.get("axes"), sigma, order, mode, only.get("radius")):
            if width > 1e-15:  # SciPy's own bound
                x = correlated_along(axis, x, _gaussian(width, n, truncate, radius), 0, where, cval)
        return x

    return stated("gaussian_filter", output, value, definition, input, sigma, cval)


def _by_axis(x: Any, axes: Any, *options: Any) -> Any:
    """(axis, its options) for each axis that is filtered: an option is one for all, or one for each."""
    along = range(len(shape_of(x))) if axes is None else np.atleast_1d(axes).tolist()
    columns = [list(one) if np.shape(one) else [one] * len(along) for one in options]
    return zip(along, *columns, strict=True)


def _gaussian(sigma: Any, order: int, truncate: float, radius: Any) -> Any:
    """The derivative of that order of a Gaussian, turned round, which sums to 1 before the derivative is taken.

    With φ' = −x/σ² φ the polynomial before φ goes from q to q' − x/σ² q.
    """
    reach = int(truncate * float(plain(sigma)) + 0.5) if radius is None else radius
    x = np.arange(-reach, reach + 1.0)
    phi = np.exp(-0.5 / (sigma * sigma) * x**2)
    phi = phi / np.sum(phi)
    powers = np.arange(order + 1)
    q: Any = (powers == 0) * 1.0
    for _ in range(order):
        q = np.diag(powers[1:], 1) @ q - np.eye(order + 1, k=-1) @ q / (sigma * sigma)
    return np.flip((x[:, None] ** powers) @ q * phi)
