"""Where windows lie on an image, counted out by hand."""

import itertools

import numpy as np
import pytest

from structgrad.nn.windows import Windows, pair

CASES = [
    Windows(size, stride, dilation, pads)
    for size, stride, dilation, pads in itertools.product(
        [(1, 1), (2, 3)], [(1, 1), (2, 3)], [(1, 1), (1, 2)], [((0, 0), (0, 0)), ((1, 2), (0, 1))]
    )
]
IMAGE = np.arange(2 * 5 * 7.0).reshape(2, 5, 7)


def starts(n: int, size: int, stride: int, dilation: int) -> list[int]:
    """The first cell of every window that lies within n cells."""
    return [i for i in range(0, n, stride) if i + (size - 1) * dilation < n]


@pytest.mark.parametrize("windows", CASES)
def test_each_cell_shows_what_lies_there(windows: Windows) -> None:
    padded = np.pad(IMAGE, ((0, 0), *windows.pads), constant_values=-1.0)
    rows, columns = (
        starts(*each) for each in zip(padded.shape[1:], windows.size, windows.stride, windows.dilation, strict=True)
    )
    counts = windows.counts(IMAGE.shape)

    assert counts == (len(rows), len(columns))
    np.testing.assert_array_equal(padded, windows.padded(IMAGE, -1.0))
    np.testing.assert_array_equal(IMAGE, padded[windows.inner(IMAGE.shape)])
    (dh, dw), seen = windows.dilation, 0
    for k, l, cell in windows.cells(counts):
        expected = np.array([[padded[:, i + k * dh, j + l * dw] for j in columns] for i in rows])
        np.testing.assert_array_equal(expected, np.moveaxis(padded[cell], 0, -1))
        seen += 1
    assert seen == windows.size[0] * windows.size[1]


def test_one_whole_number_stands_for_both() -> None:
    assert pair(np.int64(3), "stride", 1) == pair([3, 3], "stride", 1) == (3, 3)


@pytest.mark.parametrize("wrong", [0, -1, 1.0, (1, 2, 3), (1, 0), "2", None])
def test_anything_else_is_refused_with_what_is_expected(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"stride is a whole number from 1 up, or two of them \(rows, columns\), not"):
        pair(wrong, "stride", 1)
