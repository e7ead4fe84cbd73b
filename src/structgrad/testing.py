"""`structgrad.testing`: what shows that a derivative, a type or an optic is right, for your tests."""

import importlib
from typing import TYPE_CHECKING, Any

from structgrad.struct.optics.laws import check_lens
from structgrad.transforms.check import check_gradient, check_op
from structgrad.transforms.difference import numerical_gradient
from structgrad.transforms.laws import check_laws

if TYPE_CHECKING:
    from structgrad.transforms.strategies import structs, structs_like

__all__ = ["check_gradient", "check_op", "check_laws", "check_lens", "numerical_gradient", "structs", "structs_like"]


def __getattr__(name: str) -> Any:
    # These alone need Hypothesis, which takes half a second to import.
    if name in ("structs", "structs_like"):
        return getattr(importlib.import_module("structgrad.transforms.strategies"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
