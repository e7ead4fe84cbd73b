"""Cosine and sine transforms."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import scipy.fft

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import is_complex
from structgrad.scipy.fft.axes import along, opposite, prepared, resized
from structgrad.scipy.mirrored import mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

# Of the types of cosine and sine transforms, the one that undoes it, up to a factor.
_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


@primitive
def cosines(x: Any, type: Any, axes: Any, norm: Any, orthogonalize: Any, workers: Any) -> Any:
    """The cosine transform."""
    return scipy.fft.dctn(x, type, None, axes, norm, workers=workers, orthogonalize=orthogonalize)


@primitive
def sines(x: Any, type: Any, axes: Any, norm: Any, orthogonalize: Any, workers: Any) -> Any:
    """The sine transform."""
    return scipy.fft.dstn(x, type, None, axes, norm, workers=workers, orthogonalize=orthogonalize)


def _ends(sine: bool, n: int) -> Any:
    """What the items at the ends of a cosine or sine transform of type 1 or 3 count, where the others count 2."""
    k = np.arange(n)
    return k == n - 1 if sine else k == 0


def _weighed(x: Any, axes: Sequence[int], single: Callable[[int], Any], weight: float) -> Any:
    for axis in axes:
        x = x * along(axis, np.where(single(shape_of(x)[axis]), weight, 1), x)
    return x


def _real_back(transform: Callable[..., Any], sine: bool) -> Callable[..., Any]:
    """The transpose: the inverse type, with the factors that stand at the ends moved to the other side."""

    def pullback(g: Any, type: Any, axes: Any, norm: Any, orthogonalize: Any, workers: Any) -> Any:
        orthogonal = norm == "ortho" if orthogonalize is None else orthogonalize

        def back(g: Any) -> Any:
            return transform(g, _INVERSE[type], axes, norm, orthogonalize, workers)

        if orthogonal or type == 4 or (type == 1 and sine):
            return back(g)
        if type == 1:

            def both(n: int) -> Any:
                return _ends(False, n) | _ends(True, n)

            return _weighed(back(_weighed(g, axes, both, 2.0)), axes, both, 0.5)
        if type == 2:
            return back(_weighed(g, axes, lambda n: _ends(sine, n), 2.0))
        return _weighed(back(g), axes, lambda n: _ends(sine, n), 0.5)

    return pullback


rule(cosines, linear="x", x=_real_back(cosines, sine=False))
rule(sines, linear="x", x=_real_back(sines, sine=True))


def _real(transform: Callable[..., Any], inverse: bool) -> Callable[..., Any]:
    def many(
        x: Any,
        type: int = 2,
        s: Any = None,
        axes: Any = None,
        norm: Any = None,
        overwrite_x: Any = False,
        workers: Any = None,
        orthogonalize: Any = None,
    ) -> Any:
        x, s, axes = prepared(x, s, axes)
        if not axes:
            return x
        x = resized(x, s, axes)
        if is_complex(x):
            orthogonalize = None  # SciPy forgets it
        if inverse:
            type, norm = _INVERSE.get(type, type), opposite(norm)
        return transform(x, type, axes, norm, orthogonalize, workers)

    return many


def _real_one(many: Callable[..., Any]) -> Callable[..., Any]:
    def one(x: Any, type: int = 2, n: Any = None, axis: Any = -1, *args: Any, **options: Any) -> Any:
        return many(x, type, None if n is None else [n], [axis], *args, **options)

    return one


_dctn, _idctn = _real(cosines, inverse=False), _real(cosines, inverse=True)
_dstn, _idstn = _real(sines, inverse=False), _real(sines, inverse=True)

dct: Final = mirrored(scipy.fft.dct, _real_one(_dctn))
idct: Final = mirrored(scipy.fft.idct, _real_one(_idctn))
dctn: Final = mirrored(scipy.fft.dctn, _dctn)
idctn: Final = mirrored(scipy.fft.idctn, _idctn)
dst: Final = mirrored(scipy.fft.dst, _real_one(_dstn))
idst: Final = mirrored(scipy.fft.idst, _real_one(_idstn))
dstn: Final = mirrored(scipy.fft.dstn, _dstn)
idstn: Final = mirrored(scipy.fft.idstn, _idstn)
