"""Windows that slide over images: their size, how far apart they are, and where each of their cells lies."""

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import frozen

from structgrad.errors import users_line

Pair = tuple[int, int]


@frozen
class Windows:
    """Windows of `size` cells, `dilation` apart, one every `stride` cells of an image with `pads` around it.

    All are pairs, of rows and of columns; pads: what is before and behind these.
    """

    size: Pair
    stride: Pair
    dilation: Pair
    pads: tuple[Pair, Pair]

    def counts(self, image: tuple[int, ...]) -> Pair:
        """How many windows there are along the last two axes of an image; none fit where that is below 1."""
        counts = [
            (n + sum(pad) - (k - 1) * d - 1) // s + 1
            for n, k, s, d, pad in zip(image[-2:], self.size, self.stride, self.dilation, self.pads, strict=True)
        ]
        return counts[0], counts[1]

    def cells(self, counts: Pair) -> Iterator[tuple[int, int, Any]]:
        """Each cell (k, l) of the windows, and the index of all that lies there in a padded image."""
        (kh, kw), (sh, sw), (dh, dw) = self.size, self.stride, self.dilation
        rows = [slice(k * dh, k * dh + (counts[0] - 1) * sh + 1, sh) for k in range(kh)]
        columns = [slice(l * dw, l * dw + (counts[1] - 1) * sw + 1, sw) for l in range(kw)]
        for k in range(kh):
            for l in range(kw):
                yield k, l, (..., rows[k], columns[l])

    def inner(self, image: tuple[int, ...]) -> Any:
        """The index of an image in itself with pads around."""
        return (..., *[slice(before, before + n) for n, (before, _) in zip(image[-2:], self.pads, strict=True)])

    def framed(self, image: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of an image with pads around."""
        return (*image[:-2], *[n + sum(pad) for n, pad in zip(image[-2:], self.pads, strict=True)])

    def padded(self, x: Any, fill: Any = 0) -> Any:
        """Images with pads around, filled; the images themselves where there are no pads."""
        if self.pads == ((0, 0), (0, 0)):
            return x
        whole = np.full(self.framed(x.shape), fill, x.dtype)
        whole[self.inner(x.shape)] = x
        return whole


def pair(x: Any, name: str, least: int) -> Pair:
    """A pair of whole numbers out of one or two of them. ValueError says what `name` may be."""
    try:
        first, second = (operator.index(i) for i in (x if isinstance(x, tuple | list) else (x, x)))
    except (TypeError, ValueError):
        first = second = least - 1
    if min(first, second) < least:
        raise ValueError(
            f"{name} is a whole number from {least} up, or two of them (rows, columns), not {x!r:.60}{users_line()}"
        )
    return first, second


def fitting(windows: Windows, image: tuple[int, ...], name: str) -> Windows:
    """The windows themselves. ValueError unless one of them fits into an image of this shape."""
    if min(windows.counts(image)) < 1:
        spans = tuple((k - 1) * d + 1 for k, d in zip(windows.size, windows.dilation, strict=True))
        raise ValueError(
            f"{name}{users_line()}: a window that spans {spans} cells does not fit into an image of "
            f"{windows.framed(image)[-2:]}, padding included. Take a smaller window or more padding."
        )
    return windows
