"""`scipy.cluster`, of which `vq.vq` is differentiable."""

from typing import Final

from structgrad.scipy.cluster import vq
from structgrad.scipy.mirrored import rest_of

__all__ = ["vq"]

__getattr__: Final = rest_of("scipy.cluster")
