"""Whether two structs are equal, as a check means it."""

from numbers import Number
from typing import Any

import numpy as np

from structgrad.struct.walk import flatten, same_structure, walk


def alike(x: Any, y: Any, size: float) -> bool:
    """Whether two structs are equal but for the rounding of a sum of three numbers as large as `size`.

    Classes, shapes and dtypes must be the same, dicts may differ in order; size 0.0 asks for equal numbers. A
    class without == is equal where its attributes are.
    """
    pairs = [(x, y)]
    while pairs:
        rows = _leaf_by_leaf(*pairs.pop())
        if rows is None:
            return False
        for a, b in rows:
            if type(a) is not type(b):
                return False
            if _equal(a, b, size):
                continue
            if isinstance(a, Number | np.ndarray | type) or not hasattr(a, "__dict__"):
                return False
            pairs.append((vars(a), vars(b)))
    return True


def _leaf_by_leaf(x: Any, y: Any) -> list[tuple[Any, Any]] | None:
    """The leaves of two structs side by side; None if their containers differ, be it not by order alone."""
    (left, nodes), (right, others) = flatten(x), flatten(y)
    if same_structure(nodes, others):
        return list(zip(left, right, strict=True))
    a, b = ({path: (value, kind) for path, value, kind in walk(side)} for side in (x, y))
    if a.keys() != b.keys() or any(type(value) is not type(b[path][0]) for path, (value, _) in a.items()):
        return None
    return [(value, b[path][0]) for path, (value, kind) in a.items() if kind is None]


def _equal(a: Any, b: Any, size: float) -> bool:
    if not isinstance(a, Number | np.ndarray):
        return a is b or bool(a == b)
    p, q = np.asarray(a), np.asarray(b)
    if p.shape != q.shape or p.dtype != q.dtype:
        return False
    if p.dtype.kind == "O":  # Fraction is exact, Decimal has 28 digits
        return abs(float(a - b)) <= 1e-24 * size
    if p.dtype.kind not in "fc":
        return bool(np.all(p == q))
    # Each of two additions rounds by eps / 2 of what it gives, on either side of an equation.
    eps = 2.0 * float(np.finfo(p.dtype).eps) if size else 0.0
    return bool(np.allclose(p, q, rtol=eps, atol=eps * size, equal_nan=True))
