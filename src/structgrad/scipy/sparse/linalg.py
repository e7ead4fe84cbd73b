"""`scipy.sparse.linalg`, of which `cg` is differentiable."""

from typing import Final

from structgrad.scipy.mirrored import rest_of
from structgrad.scipy.sparse.conjugate import cg

__all__ = ["cg"]

__getattr__: Final = rest_of("scipy.sparse.linalg")
