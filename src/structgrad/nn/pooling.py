"""Pooling: the largest number, or the mean, of every window of an image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from structgrad.arrays import shape_of
from structgrad.errors import users_line
from structgrad.nn.checks import real
from structgrad.nn.kinds import Float
from structgrad.nn.windows import Pair, Windows, fitting, pair
from structgrad.rules.elementwise import masked
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def max_pool2d(
    x: NDArray[Float], size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
) -> NDArray[Float]:
    """The largest number of every window of an image.

    x: real (…, h, w). size: cells of a window. stride: cells from one window to the next, `size` if None. padding:
    cells around the image, at most half a window, that never win. Pairs are (rows, columns). Gives (…, h', w') with
    h' = ⌊(h + 2 padding − size) / stride⌋ + 1. Numbers that tie share the cotangent equally, as in `np.max` (PyTorch
    gives all of it to the first); a window with a NaN gives NaN. ValueError where the window does not fit, TypeError
    for complex numbers.

    >>> import numpy as np, structgrad as sg
    >>> from structgrad.nn import max_pool2d
    >>> x = np.array([[1.0, 2.0, 3.0, 3.0], [0.0, 1.0, 2.0, 1.0]])
    >>> max_pool2d(x, 2)
    array([[2., 3.]])
    >>> sg.grad_bp(lambda x: np.sum(max_pool2d(x, 2)))(x)
    array([[0. , 1. , 0.5, 0.5],
           [0. , 0. , 0. , 0. ]])
    """
    x = real(x, "x of max_pool2d")
    y: NDArray[Float] = largest(x, _windows("max_pool2d", shape_of(x), size, stride, padding))
    return y


def avg_pool2d(
    x: NDArray[Float], size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
) -> NDArray[Float]:
    """The mean of every window of an image.

    x: real (…, h, w). size: cells of a window. stride: cells from one window to the next, `size` if None. padding:
    cells of 0 around the image, at most half a window, which count, as PyTorch has it. Pairs are (rows, columns).
    Gives (…, h', w') with h' = ⌊(h + 2 padding − size) / stride⌋ + 1. ValueError where the window does not fit,
    TypeError for complex numbers.

    >>> import numpy as np
    >>> from structgrad.nn import avg_pool2d
    >>> avg_pool2d(np.array([[1.0, 2.0, 3.0, 3.0], [0.0, 1.0, 2.0, 1.0]]), 2)
    array([[1.  , 2.25]])
    """
    x = real(x, "x of avg_pool2d")
    windows = _windows("avg_pool2d", shape_of(x), size, stride, padding)
    y: NDArray[Float] = summed(x, windows) / (windows.size[0] * windows.size[1])
    return y


def _windows(name: str, image: tuple[int, ...], size: Any, stride: Any, padding: Any) -> Windows:
    if len(image) < 2:
        raise ValueError(f"{name}{users_line()}: x is (…, h, w), not {image}")
    size, (rows, columns) = pair(size, f"{name}: size", 1), pair(padding, f"{name}: padding", 0)
    if 2 * rows > size[0] or 2 * columns > size[1]:
        raise ValueError(
            f"{name}{users_line()}: padding {rows, columns} is more than half of a window of {size}, so that some "
            f"windows would see nothing of the image"
        )
    steps = size if stride is None else pair(stride, f"{name}: stride", 1)
    return fitting(Windows(size, steps, (1, 1), ((rows, rows), (columns, columns))), image, name)


@primitive
def largest(x: Any, windows: Windows) -> Any:
    """The largest number of every window."""
    (_, _, first), *cells = windows.cells(windows.counts(x.shape))
    whole = windows.padded(x, -np.inf)
    y = whole[first].copy()
    for _, _, cell in cells:
        np.maximum(y, whole[cell], out=y)
    return y


@primitive
def handed(x: Any, top: Any, z: Any, windows: Windows) -> Any:
    """Each number of z handed to the cells of its window where x is as large as `top`, in equal shares."""
    cells, hits, n = _winners(x, top, windows)
    whole, share = np.zeros(windows.framed(x.shape), z.dtype), z / n.astype(z.dtype)
    for cell, hit in zip(cells, hits, strict=True):
        whole[cell] += masked(share, hit)
    return np.ascontiguousarray(whole[windows.inner(x.shape)])


@primitive
def picked(x: Any, top: Any, t: Any, windows: Windows) -> Any:
    """The mean of t over the cells of every window where x is as large as `top`."""
    cells, hits, n = _winners(x, top, windows)
    whole = windows.padded(t)
    return sum(masked(whole[cell], hit) for cell, hit in zip(cells, hits, strict=True)) / n.astype(t.dtype)


def _winners(x: Any, top: Any, windows: Windows) -> tuple[list[Any], list[Any], Any]:
    """The cells of the windows, where in each of them x is as large as `top`, or NaN as that is, and how many are."""
    cells = [cell for _, _, cell in windows.cells(top.shape[-2:])]
    whole = windows.padded(x, -np.inf)
    inside = windows.padded(np.ones(x.shape[-2:], bool), False)
    unknown = np.isnan(top)
    hits = [((whole[cell] == top) | (np.isnan(whole[cell]) & unknown)) & inside[cell] for cell in cells]
    return cells, hits, np.add.reduce(hits, dtype=np.intp)


rule(
    largest,
    selects=True,
    x=lambda g, x, y, windows: handed(x, y, g, windows),
    forward={"x": lambda t, x, y, windows: picked(x, y, t, windows)},
)
rule(handed, linear="z", flat_in="x top", z=lambda g, x, top, windows: picked(x, top, g, windows))
rule(picked, linear="t", flat_in="x top", t=lambda g, x, top, windows: handed(x, top, g, windows))


@primitive
def summed(x: Any, windows: Windows) -> Any:
    """The sum of every window."""
    whole = windows.padded(x)
    (_, _, first), *cells = windows.cells(windows.counts(x.shape))
    y = whole[first].copy()
    for _, _, cell in cells:
        y += whole[cell]
    return y


@primitive
def laid(z: Any, windows: Windows, size: Pair) -> Any:
    """Images of a size in which each number of z is added to every cell of its window."""
    image = (*z.shape[:-2], *size)
    whole = np.zeros(windows.framed(image), z.dtype)
    for _, _, cell in windows.cells(z.shape[-2:]):
        whole[cell] += z
    return np.ascontiguousarray(whole[windows.inner(image)])


rule(summed, linear="x", x=lambda g, x_shape, windows: laid(g, windows, x_shape[-2:]))
rule(laid, linear="z", z=lambda g, windows: summed(g, windows))
