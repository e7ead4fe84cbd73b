"""Typed access to the parts of a struct: lenses, prisms and traversals, built on its kinds."""

from structgrad.struct.optics.build import as_, each, lens, prism, some, traversal
from structgrad.struct.optics.optic import Lens, Prism, Traversal

__all__ = ["Lens", "Prism", "Traversal", "as_", "each", "lens", "prism", "some", "traversal"]
