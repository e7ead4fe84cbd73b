"""`scipy.sparse.linalg`, of which `cg` is differentiable."""

from structgrad.scipy.mirrored import rest_of
from structgrad.scipy.sparse.conjugate import cg

__all__ = ["cg"]

__getattr__ = rest_of("scipy.sparse.linalg")
