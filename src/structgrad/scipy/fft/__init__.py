"""`from structgrad.scipy import fft` in place of `from scipy import fft`: the same transforms, differentiable.

All of them are linear. The pullback of a transform is the one in the other direction: the matrix of each is symmetric
but for factors at its ends, and `norm` says which of the two directions divides.
"""

from typing import Final

from structgrad.scipy.fft.fourier import (
    fft,
    fft2,
    fftn,
    fftshift,
    hfft,
    hfft2,
    hfftn,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    ihfft,
    ihfft2,
    ihfftn,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftn,
)
from structgrad.scipy.fft.trigonometric import dct, dctn, dst, dstn, idct, idctn, idst, idstn
from structgrad.scipy.mirrored import rest_of

__all__ = [
    "dct",
    "dctn",
    "dst",
    "dstn",
    "fft",
    "fft2",
    "fftn",
    "fftshift",
    "hfft",
    "hfft2",
    "hfftn",
    "idct",
    "idctn",
    "idst",
    "idstn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftn",
]

__getattr__: Final = rest_of("scipy.fft")
