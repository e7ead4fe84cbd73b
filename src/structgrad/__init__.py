"""Gradients of plain NumPy code over ordinary Python structs."""

import importlib
from typing import TYPE_CHECKING, Any

from structgrad.arrays import Array, Scalar
from structgrad.errors import StructgradError
from structgrad.struct import tree
from structgrad.struct.leaf import Backprop, register_backprop
from structgrad.struct.optics import Lens, Prism, Traversal, as_, each, lens, prism, some, traversal
from structgrad.struct.rows import SparseRows
from structgrad.struct.space import add, one, zero
from structgrad.struct.static import Static
from structgrad.transforms.custom import op
from structgrad.transforms.grad import backprop, grad_bp
from structgrad.transforms.stop import stop_gradient
from structgrad.transforms.vjp import vjp

if TYPE_CHECKING:
    from structgrad.saving import SavedFileError, load, save
    from structgrad.transforms.checkpoint import checkpoint
    from structgrad.transforms.forward import hvp, jvp
    from structgrad.transforms.jacobian import hessian, jacobian
    from structgrad.transforms.trace import Trace, trace

__all__ = [
    "Array",
    "Backprop",
    "Lens",
    "Prism",
    "SavedFileError",
    "Scalar",
    "SparseRows",
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
    "load",
    "one",
    "op",
    "prism",
    "register_backprop",
    "save",
    "some",
    "stop_gradient",
    "trace",
    "traversal",
    "tree",
    "vjp",
    "zero",
]

# What few programs use is imported when it is first asked for: a third of the time of `import structgrad`.
_LATER = {
    "SavedFileError": "structgrad.saving",
    "Trace": "structgrad.transforms.trace",
    "checkpoint": "structgrad.transforms.checkpoint",
    "hessian": "structgrad.transforms.jacobian",
    "hvp": "structgrad.transforms.forward",
    "jacobian": "structgrad.transforms.jacobian",
    "jvp": "structgrad.transforms.forward",
    "load": "structgrad.saving",
    "save": "structgrad.saving",
    "trace": "structgrad.transforms.trace",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_LATER[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
