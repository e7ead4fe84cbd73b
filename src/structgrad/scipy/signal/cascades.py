"""Filters in sections, filters run forwards and backwards, and the states to begin from."""

from typing import Any, Final

import numpy as np
import scipy.signal

from structgrad.arrays import dtype_of, shape_of
from structgrad.scipy.linalg.matrices import companion
from structgrad.scipy.mirrored import array, constant, mirrored, refuse_option, through
from structgrad.scipy.signal.extension import extended
from structgrad.scipy.signal.filters import lfilter
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def in_sections(sos: Any, x: Any) -> Any:
    """x filtered along its last axis by one section after the other, from rest."""
    return scipy.signal.sosfilt(sos, x)


@primitive
def in_sections_from(sos: Any, x: Any, zi: Any) -> Any:
    """x filtered from a state of each section, and the states at the end."""
    return scipy.signal.sosfilt(sos, x, zi=zi)


def _one_by_one(sos: Any, x: Any, zi: Any = None) -> Any:
    ends = []
    for i in range(shape_of(sos)[0]):
        a = np.concatenate([np.ones(1, dtype_of(sos)), sos[i, 4:]])  # what stands for a[0] is 1, and not read
        if zi is None:
            x = lfilter(sos[i, :3], a, x)
        else:
            x, end = lfilter(sos[i, :3], a, x, zi=zi[i])
            ends.append(end)
    return x if zi is None else (x, np.stack(ends))


rule(
    in_sections,
    linear="x",
    sos=lambda g, sos, x: through(lambda sos: _one_by_one(sos, x), sos, g),
    x=lambda g, sos, x: through(lambda x: _one_by_one(sos, x), x, g),
)
rule(
    in_sections_from,
    sos=lambda g, sos, x, zi: through(lambda sos: _one_by_one(sos, x, zi), sos, g),
    x=lambda g, sos, x, zi: through(lambda x: _one_by_one(sos, x, zi), x, g),
    zi=lambda g, sos, x, zi: through(lambda zi: _one_by_one(sos, x, zi), zi, g),
)


def _sosfilt(sos: Any, x: Any, axis: Any = -1, zi: Any = None) -> Any:
    sos, x = np.atleast_2d(array(sos)), array(x)
    axis = range(len(shape_of(x)))[axis]
    x = np.moveaxis(x, axis, -1)
    if zi is None:
        return np.moveaxis(in_sections(sos, x), -1, axis)
    y, zf = in_sections_from(sos, x, np.moveaxis(array(zi), axis + 1, -1))
    return np.moveaxis(y, -1, axis), np.moveaxis(zf, -1, axis + 1)


def _lfilter_zi(b: Any, a: Any) -> Any:
    """The state in which a filter answers a constant 1 with a constant: zi = A zi + B."""
    b, a = np.atleast_1d(array(b)), np.atleast_1d(array(a))
    while shape_of(a)[0] > 1 and constant(a[0]) == 0:
        a = a[1:]
    b, a = b / a[0], a / a[0]
    n = max(shape_of(a)[0], shape_of(b)[0])
    b, a = (np.pad(x, (0, n - shape_of(x)[0])) for x in (b, a))
    dtype = np.result_type(dtype_of(a), dtype_of(b))
    moved = np.eye(n - 1, dtype=dtype) - companion(a).T
    return np.linalg.solve(moved, b[1:] - a[1:] * b[0])


def _sosfilt_zi(sos: Any) -> Any:
    sos, scale, states = array(sos), 1.0, []
    for i in range(shape_of(sos)[0]):
        b, a = sos[i, :3], sos[i, 3:]
        states.append(scale * lfilter_zi(b, a))
        scale = scale * (np.sum(b) / np.sum(a))
    return np.stack(states)


def _padding(padtype: Any, padlen: Any, x: Any, taps: int) -> int:
    if padtype not in ("even", "odd", "constant", None):
        raise ValueError(f"padtype is 'even', 'odd', 'constant' or None, not {padtype!r}")
    edge = 0 if padtype is None else taps * 3 if padlen is None else padlen
    if shape_of(x)[-1] <= edge:
        raise ValueError(f"The length of the input vector x must be greater than padlen, which is {edge}.")
    return int(edge)


def _there_and_back(run: Any, x: Any, edge: int, padtype: Any) -> Any:
    """A filter, run(x, first), from the state that belongs to the first sample: forwards, then backwards."""
    y = extended(x, edge, padtype)
    for _ in range(2):
        y = run(y, y[..., :1])[..., ::-1]
    return y[..., edge:-edge] if edge > 0 else y


def _filtfilt(
    b: Any,
    a: Any,
    x: Any,
    axis: Any = -1,
    padtype: Any = "odd",
    padlen: Any = None,
    method: Any = "pad",
    irlen: Any = None,
) -> Any:
    if method != "pad":
        refuse_option("filtfilt", f"{method=}", "Take method='pad'.")
    b, a, x = np.atleast_1d(array(b)), np.atleast_1d(array(a)), np.moveaxis(array(x), axis, -1)
    edge = _padding(padtype, padlen, x, max(shape_of(a)[0], shape_of(b)[0]))
    zi = lfilter_zi(b, a)
    y = _there_and_back(lambda x, first: lfilter(b, a, x, zi=zi * first)[0], x, edge, padtype)
    return np.moveaxis(y, -1, axis)


def _sosfiltfilt(sos: Any, x: Any, axis: Any = -1, padtype: Any = "odd", padlen: Any = None) -> Any:
    sos, x = np.atleast_2d(array(sos)), np.moveaxis(array(x), axis, -1)
    zeros = constant(np.sum(sos[:, [2, 5]] == 0, 0))
    edge = _padding(padtype, padlen, x, int(2 * shape_of(sos)[0] + 1 - np.min(zeros)))
    zi = sosfilt_zi(sos)
    zi = np.reshape(zi, (shape_of(zi)[0], *(1,) * (len(shape_of(x)) - 1), 2))
    y = _there_and_back(lambda x, first: sosfilt(sos, x, zi=zi * first)[0], x, edge, padtype)
    return np.moveaxis(y, -1, axis)


sosfilt: Final = mirrored(scipy.signal.sosfilt, _sosfilt)
lfilter_zi: Final = mirrored(scipy.signal.lfilter_zi, _lfilter_zi)
sosfilt_zi: Final = mirrored(scipy.signal.sosfilt_zi, _sosfilt_zi)
filtfilt: Final = mirrored(scipy.signal.filtfilt, _filtfilt)
sosfiltfilt: Final = mirrored(scipy.signal.sosfiltfilt, _sosfiltfilt)
