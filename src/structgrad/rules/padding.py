"""Padding: a frame of constants is cut off again; any other frame is read from the array, axis by axis."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule

Pairs = Sequence[Sequence[Any]]


@primitive
def framed(array: Any, widths: Pairs, values: Any) -> Any:
    """The array in a frame of constants. widths: (before, after) for each axis."""
    return np.pad(array, widths, constant_values=values)


rule(
    framed,
    array=lambda g, array_shape, widths: g[
        tuple(slice(before, before + n) for (before, _), n in zip(widths, array_shape, strict=True))
    ],
)


def _pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    if callable(mode):
        raise MissingRuleError(
            f"no derivative for np.pad with a function for its mode{users_line()}, for such a function writes into "
            f"rows of an array. Use np.concatenate."
        )
    if mode not in _MODES:
        raise ValueError(f"mode {mode!r} is not supported")
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(i, pad_width.get(i - array.ndim, 0)) for i in range(array.ndim)]
        pad_width = [(width, width) if isinstance(width, int) else width for width in pad_width]
    return _MODES[mode](array, _pairs(pad_width, len(shape_of(array))), **options)


def _pairs(x: Any, rank: int) -> Pairs:
    """(before, after) for each axis, out of one number for all, one pair for all, or a pair for each."""
    x = array_of(x)
    shape = shape_of(x)
    if shape in ((1,), (1, 1)):
        x = np.reshape(x, ())
    elif len(shape) < 3 and int(np.prod(shape)) == 2 and shape != (2, 1):
        x = np.reshape(x, (2,))
    x = np.broadcast_to(x, (rank, 2))
    return [(x[i, 0], x[i, 1]) for i in range(rank)] if is_traced(x) else x.tolist()


def _constant(a: Any, widths: Pairs, constant_values: Any = 0) -> Any:
    values = _pairs(constant_values, len(widths))
    if not any(is_traced(value) for pair in values for value in pair):
        return framed(a, widths, values)

    def side(a: Any, axis: int, width: int, end: int) -> Any:
        return _wide(np.reshape(values[axis][end], (1,) * len(widths)), a, axis, width)

    return _frame(a, widths, side)


def _read(mode: str) -> Callable[..., Any]:
    """The modes whose frame repeats items of the array: which ones, np.pad tells of their ids."""

    def read(a: Any, widths: Pairs, reflect_type: str = "even") -> Any:
        if reflect_type != "even":
            raise MissingRuleError(f"no derivative for np.pad({mode=}, {reflect_type=}){users_line()}. Use 'even'.")
        for axis, width in enumerate(widths):
            if any(width):
                ids = np.pad(np.arange(shape_of(a)[axis]), width, mode)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # a mode
                a = np.take(a, ids, axis)
        return a

    return read


def _ramp(a: Any, widths: Pairs, end_values: Any = 0) -> Any:
    ends = _pairs(end_values, len(widths))

    def side(a: Any, axis: int, width: int, end: int) -> Any:
        edge = np.take(a, -end, axis)
        ramp = np.linspace(ends[axis][end], edge, width, endpoint=False, dtype=dtype_of(a), axis=axis)
        return np.flip(ramp, axis) if end else ramp

    return _frame(a, widths, side)


def _statistic(function: Callable[..., Any]) -> Callable[..., Any]:
    """The modes whose frame is a statistic of the `stat_length` items next to it."""

    def framed_by(a: Any, widths: Pairs, stat_length: Any = None) -> Any:
        lengths = _pairs(np.iinfo(np.intp).max if stat_length is None else stat_length, len(widths))

        def side(a: Any, axis: int, width: int, end: int) -> Any:
            n = shape_of(a)[axis]
            if n == 0:
                raise ValueError(f"np.pad can't extend the empty axis {axis} by a statistic")
            length = min(lengths[axis][end], n)
            near = slice(n - length, n) if end else slice(0, length)
            value = function(a[(*(slice(None),) * axis, near)], axis=axis, keepdims=True)
            return _wide(value, a, axis, width)

        return _frame(a, widths, side)

    return framed_by


def _frame(a: Any, widths: Pairs, side: Callable[[Any, int, int, int], Any]) -> Any:
    """The array with `side(a, axis, width, end)` before it (end 0) and after it (end 1), axis by axis."""
    dtype = dtype_of(a)
    for axis, width in enumerate(widths):
        before, after = (side(a, axis, n, end) if n else None for end, n in enumerate(width))
        parts = [part for part in (before, a, after) if part is not None]
        a = np.concatenate(parts, axis, dtype=dtype, casting="unsafe")
    return a


def _wide(value: Any, a: Any, axis: int, width: int) -> Any:
    shape = list(shape_of(a))
    shape[axis] = width
    return np.broadcast_to(value, shape)


_MODES: dict[str, Callable[..., Any]] = {
    "constant": _constant,
    "empty": lambda a, widths: framed(a, widths, 0),
    "edge": _read("edge"),
    "reflect": _read("reflect"),
    "symmetric": _read("symmetric"),
    "wrap": _read("wrap"),
    "linear_ramp": _ramp,
    "maximum": _statistic(np.max),
    "minimum": _statistic(np.min),
    "mean": _statistic(np.mean),
    "median": _statistic(np.median),
}

derive(np.pad, _pad, own="A")
