"""`scipy.sparse`, of which `linalg.cg` is differentiable."""

from typing import Final

from structgrad.scipy.mirrored import rest_of
from structgrad.scipy.sparse import linalg

__all__ = ["linalg"]

__getattr__: Final = rest_of("scipy.sparse")
