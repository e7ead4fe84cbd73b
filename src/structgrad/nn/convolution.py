"""Convolution of images with kernels: three bilinear functions, each the pullback of the others."""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from structgrad.arrays import shape_of
from structgrad.errors import users_line
from structgrad.nn.kinds import Number
from structgrad.nn.windows import Pair, Windows, fitting, pair
from structgrad.rules.joining import array_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

# Bytes of windows that are laid out at a time: as fast as all at once, and memory stays in bounds.
_BLOCK = 1 << 22


def _blocks(n: int, each: int, dtype: Any) -> Iterator[slice]:
    """Blocks of n images that take up `each` numbers each."""
    step = max(1, _BLOCK // max(1, each * dtype.itemsize))
    return (slice(i, i + step) for i in range(0, n, step))


def _columns(x: Any, windows: Windows, counts: Pair, dtype: Any, groups: int) -> Any:
    """Every window of padded images as a column, (n, groups, c/groups · kh · kw, windows)."""
    n, c = x.shape[:2]
    columns = np.empty((n, c, *windows.size, *counts), dtype)
    for k, l, cell in windows.cells(counts):
        columns[:, :, k, l] = x[cell]
    return columns.reshape(n, groups, c * windows.size[0] * windows.size[1] // groups, counts[0] * counts[1])


@primitive
def correlated(x: Any, w: Any, windows: Windows, groups: int) -> Any:
    """y[n, o, p] = Σ x[n, c, p·stride + k·dilation] w[o, c, k], over the channels c of o's group and the cells k."""
    counts, dtype = windows.counts(x.shape), np.result_type(x, w)
    rows = w.astype(dtype, copy=False).reshape(groups, w.shape[0] // groups, w[0].size)
    y = np.empty((len(x), w.shape[0], *counts), dtype)
    flat = y.reshape(len(x), *rows.shape[:2], counts[0] * counts[1])
    x = windows.padded(x)
    for block in _blocks(len(x), w[0].size * groups * flat.shape[-1], dtype):
        np.matmul(rows, _columns(x[block], windows, counts, dtype, groups), out=flat[block])
    return y


@primitive
def spread(z: Any, w: Any, windows: Windows, groups: int, size: Pair) -> Any:
    """x[n, c, q] = Σ z[n, o, p] w[o, c, k], over all o, p and k with p·stride + k·dilation = q: a transposed one."""
    counts, dtype = z.shape[2:], np.result_type(z, w)
    rows = w.astype(dtype, copy=False).reshape(groups, w.shape[0] // groups, w[0].size)
    flat = z.astype(dtype, copy=False).reshape(len(z), *rows.shape[:2], counts[0] * counts[1])
    shape = (len(z), w.shape[1] * groups, *size)
    whole = np.zeros(windows.framed(shape), dtype)
    for block in _blocks(len(z), w[0].size * groups * flat.shape[-1], dtype):
        part = whole[block]
        columns = np.matmul(rows.swapaxes(1, 2), flat[block]).reshape(*part.shape[:2], *windows.size, *counts)
        for k, l, cell in windows.cells(counts):
            part[cell] += columns[:, :, k, l]
    return np.ascontiguousarray(whole[windows.inner(shape)])


@primitive
def matched(x: Any, z: Any, windows: Windows, groups: int) -> Any:
    """w[o, c, k] = Σ x[n, c, p·stride + k·dilation] z[n, o, p], over all images n and windows p."""
    counts, dtype = z.shape[2:], np.result_type(x, z)
    outputs, channels = z.shape[1] // groups, x.shape[1] // groups
    flat = z.astype(dtype, copy=False).reshape(len(z), groups, outputs, counts[0] * counts[1])
    w = np.zeros((groups, outputs, channels * windows.size[0] * windows.size[1]), dtype)
    x = windows.padded(x)
    for block in _blocks(len(x), groups * w.shape[-1] * max(outputs, flat.shape[-1]), dtype):
        columns = _columns(x[block], windows, counts, dtype, groups)
        w += np.add.reduce(np.matmul(flat[block], columns.swapaxes(2, 3)))
    return w.reshape(groups * outputs, channels, *windows.size)


rule(
    correlated,
    holomorphic=True,
    linear="x w",
    x=lambda g, x_shape, w, windows, groups: spread(g, w, windows, groups, x_shape[2:]),
    w=lambda g, x, windows, groups: matched(x, g, windows, groups),
)
rule(
    spread,
    holomorphic=True,
    linear="z w",
    z=lambda g, w, windows, groups: correlated(g, w, windows, groups),
    w=lambda g, z, windows, groups: matched(g, z, windows, groups),
)
rule(
    matched,
    holomorphic=True,
    linear="x z",
    x=lambda g, x_shape, z, windows, groups: spread(z, g, windows, groups, x_shape[2:]),
    z=lambda g, x, windows, groups: correlated(x, g, windows, groups),
)


def conv2d(
    x: NDArray[Number],
    w: NDArray[Number],
    b: NDArray[Number] | None = None,
    *,
    stride: int | Pair = 1,
    padding: int | Pair | Literal["same", "valid"] = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> NDArray[Number]:
    """Images, each seen by every kernel at every place: the cross-correlation that networks call convolution.

    x: (n, c, h, w), n images of c channels. w: (o, c / groups, kh, kw), o kernels, of which each group of o / groups
    sees its own c / groups channels. b: (o,), or None. stride: cells from one place to the next. padding: cells of 0
    around the image; "valid" is 0, "same" keeps h and w, the odd cell behind, and takes stride 1. dilation: cells
    from one of the kernel's to the next. Pairs are (rows, columns). Gives (n, o, h', w') with
    h' = ⌊(h + 2 padding − dilation (kh − 1) − 1) / stride⌋ + 1, as PyTorch does. ValueError where shapes do not fit.
    Numbers keep their precision, and all derivatives of any order are convolutions.

    >>> import numpy as np
    >>> from structgrad.nn import conv2d
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> conv2d(x, np.ones((1, 1, 2, 2)), stride=2).tolist()
    [[[[10.0, 18.0], [42.0, 50.0]]]]
    """
    x, w, b = array_of(x), array_of(w), array_of(b)
    _check(shape_of(x), shape_of(w), None if b is None else shape_of(b), groups)
    size = shape_of(w)[2], shape_of(w)[3]
    steps, gaps = pair(stride, "conv2d: stride", 1), pair(dilation, "conv2d: dilation", 1)
    windows = Windows(size, steps, gaps, _pads(padding, size, steps, gaps))
    y = correlated(x, w, fitting(windows, shape_of(x), "conv2d"), groups)
    shifted: NDArray[Number] = y if b is None else y + b[:, None, None]
    return shifted


def _pads(padding: Any, size: Pair, stride: Pair, dilation: Pair) -> tuple[Pair, Pair]:
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f"conv2d: padding 'same' takes stride 1, not {stride}; give the padding as numbers")
        rows, columns = (d * (k - 1) for k, d in zip(size, dilation, strict=True))
        return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)
    rows, columns = pair(padding, "conv2d: padding, if not 'same' or 'valid',", 0)
    return (rows, rows), (columns, columns)


def _check(x: Any, w: Any, b: Any, groups: Any) -> None:
    """ValueError, with what was expected, unless the shapes of images, kernels and biases fit."""
    where = f"conv2d{users_line()}"
    if len(x) != 4:
        raise ValueError(f"{where}: x is (n, c, h, w), not {x}; one image is x[None], one channel x[:, None]")
    if len(w) != 4 or 0 in w:
        raise ValueError(f"{where}: w is (o, c / groups, kh, kw), none of them 0, not {w}")
    if not isinstance(groups, int | np.integer) or groups < 1 or x[1] % groups or w[0] % groups:
        raise ValueError(f"{where}: groups divides the {x[1]} channels and the {w[0]} kernels; {groups!r} does not")
    if x[1] != w[1] * groups:
        raise ValueError(
            f"{where}: {x[1]} channels in {groups} group{'s' if groups > 1 else ''} take kernels of "
            f"({w[0]}, {x[1] // groups}, kh, kw), not {w}"
        )
    if b is not None and b != w[:1]:
        raise ValueError(f"{where}: b is ({w[0]},), one number for each kernel, not {b}")
