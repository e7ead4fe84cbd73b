"""Gradients of plain NumPy code over ordinary Python structs."""

from structgrad.arrays import Array, Scalar
from structgrad.errors import StructgradError
from structgrad.struct import tree
from structgrad.struct.leaf import Backprop, register_backprop
from structgrad.struct.optics import Lens, Prism, Traversal, as_, each, lens, prism, some, traversal
from structgrad.struct.space import add, one, zero
from structgrad.struct.static import Static
from structgrad.transforms.checkpoint import checkpoint
from structgrad.transforms.custom import op
from structgrad.transforms.forward import hvp, jvp
from structgrad.transforms.grad import backprop, grad_bp
from structgrad.transforms.jacobian import hessian, jacobian
from structgrad.transforms.stop import stop_gradient
from structgrad.transforms.trace import Trace, trace
from structgrad.transforms.vjp import vjp

__all__ = [
    "Array",
    "Backprop",
    "Lens",
    "Prism",
    "Scalar",
    "Static",
    "StructgradError",
    "Trace",
    "Traversal",
    "add",
    "as_",
    "backprop",
    "checkpoint",
    "each",
    "grad_bp",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "lens",
    "one",
    "op",
    "prism",
    "register_backprop",
    "some",
    "stop_gradient",
    "trace",
    "traversal",
    "tree",
    "vjp",
    "zero",
]
