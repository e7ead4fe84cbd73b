"""The verdict on one function at one point: its value, its gradient's shape, its linearity, its slopes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from structgrad.errors import GradientCheckError
from structgrad.struct.walk import build, difference, flatten, leaf_paths, leaf_spaces, same_structure
from structgrad.transforms.alike import alike
from structgrad.transforms.difference import largest, precision, slope_along
from structgrad.transforms.forward import jvp
from structgrad.transforms.probe import directions, doubled, inner, random_cotangent, smooth_leaves
from structgrad.transforms.vjp import vjp


@frozen
class Subject:
    """What is checked: a function of a tuple of structs, at a point; and how closely.

    exact: its value under differentiation is the plain one to the last bit. Derivatives are not exact: Python and
    NumPy multiply complex numbers differently in the last place.
    """

    name: str
    fn: Callable[[Any], Any]
    at: tuple[Any, ...]
    paths: Sequence[str]
    rtol: float | None
    atol: float | None
    exact: bool = True
    forward: bool = True

    def fail(self, what: str) -> GradientCheckError:
        """The error to raise."""
        return GradientCheckError(f"{self.name}: {what}")


def judge(subject: Subject, rng: np.random.Generator, order: int) -> None:
    """Raise GradientCheckError unless value and pullback of a subject are as they should be, up to an order."""
    plain = subject.fn(subject.at)
    value, pullback = vjp(subject.fn)(subject.at)
    _check_value(subject, plain, value)
    cotangent = random_cotangent(value, rng)
    grad = pullback(cotangent)
    _check_shape(subject, grad)
    _check_linear(subject, grad, pullback(cotangent), pullback(doubled(cotangent)))
    _check_slopes(subject, value, cotangent, grad, rng)
    if subject.forward:
        _check_forward(subject, value, cotangent, grad, rng)
    if order > 1:
        name = f"the derivative of {subject.name}"
        again = evolve(subject, name=name, fn=lambda x: vjp(subject.fn)(x)[1](cotangent), exact=False)
        judge(again, rng, order - 1)


def _check_value(subject: Subject, plain: Any, value: Any) -> None:
    """The value under differentiation is the plain function's."""
    (a, nodes), (b, others) = flatten(plain), flatten(value)
    if not same_structure(nodes, others):
        raise subject.fail(f"differentiated, the value has another structure: {difference(plain, value)}")
    for path, x, y in zip(leaf_paths(plain), a, b, strict=True):
        if not (_equal(x, y) if subject.exact else _close(x, y)):
            raise subject.fail(f"the value{path} is {x!r}, but {y!r} where it is differentiated")


def _check_shape(subject: Subject, grad: Any) -> None:
    """The gradient is shaped like what it was taken by."""
    (a, nodes), (b, others) = flatten(subject.at), flatten(grad)
    if not same_structure(nodes, others):
        raise subject.fail(f"the gradient has another structure: {difference(subject.at, grad)}")
    for path, x, g in zip(subject.paths, a, b, strict=True):
        if _class(x) != _class(g):
            raise subject.fail(f"the gradient by {path} is {_class(g)}, and should be {_class(x)}")


def _check_linear(subject: Subject, grad: Any, again: Any, double: Any) -> None:
    """The same from the same cotangent, twice as much from twice the cotangent."""
    columns = [flatten(x)[0] for x in (grad, again, double)]
    for path, g, same, twice in zip(subject.paths, *columns, strict=True):
        if not alike(g, same, 0.0):
            raise subject.fail(f"the pullback gives {g!r} by {path} at first, and {same!r} the second time")
        if _is_number(g) and not _close(2 * _wide(g), twice):
            raise subject.fail(
                f"the pullback is not linear: twice the cotangent gives {twice!r} by {path}, not 2 * {g!r}"
            )


def _check_slopes(subject: Subject, value: Any, cotangent: Any, grad: Any, rng: np.random.Generator) -> None:
    """The gradient agrees with central differences of <cotangent, value>."""
    leaves, nodes = flatten(subject.at)
    spaces = leaf_spaces(subject.at, leaves)
    rtol, atol = _tolerance(subject, value, grad)

    def loss(moved: list[Any]) -> float:
        return inner(cotangent, subject.fn(build(nodes, moved)))

    for i, (g, space) in enumerate(zip(flatten(grad)[0], spaces, strict=True)):
        for where, direction in directions(leaves[i], rng) if space.role == "smooth" else ():
            found = inner(g, direction)
            measured = slope_along(loss, leaves, i, space, direction, enough=atol / 10.0)
            gap, allowed = abs(found - measured), atol + rtol * max(abs(found), abs(measured))
            if not gap <= allowed:
                raise subject.fail(
                    f"the slope by {subject.paths[i]}{where} is {found:.12g}, central differences give "
                    f"{measured:.12g}: they differ by {gap:.3g}, where {allowed:.3g} is allowed"
                )


def _check_forward(subject: Subject, value: Any, cotangent: Any, grad: Any, rng: np.random.Generator) -> None:
    """Forward mode gives the value, tangents shaped like it, and <cotangent, J tangent> = <Jᵀ cotangent, tangent>."""
    tangent = random_cotangent(subject.at, rng)
    again, pushed = jvp(subject.fn)(subject.at, tangent)
    for path, x, y, t in zip(leaf_paths(value), *(flatten(each)[0] for each in (value, again, pushed)), strict=True):
        if not _close(x, y):
            raise subject.fail(f"the value{path} is {x!r} in reverse mode, and {y!r} in forward mode")
        if _class(x) != _class(t):
            raise subject.fail(f"the tangent{path} is {_class(t)}, and should be {_class(x)}")
    found, expected = inner(cotangent, pushed), inner(grad, tangent)
    rtol, atol = _tolerance(subject, value, grad)
    if not abs(found - expected) <= atol + rtol * max(abs(found), abs(expected)):
        raise subject.fail(f"forward mode gives the slope {found:.12g} where reverse mode gives {expected:.12g}")


def _tolerance(subject: Subject, value: Any, grad: Any) -> tuple[float, float]:
    """rtol and atol: differences err by eps^(1/3) at worst; rounding of the values is what atol is for."""
    at, outs, slopes = ([leaf for leaf, _ in smooth_leaves(x)] for x in (subject.at, value, grad))
    eps = max(map(precision, (*at, *outs)))
    size = max(map(largest, slopes)) + sum(largest(out) * np.size(out) for out in outs)
    rtol = eps ** (1 / 3) / 5.0 if subject.rtol is None else subject.rtol
    return rtol, eps**0.5 / 10.0 * size if subject.atol is None else subject.atol


def _class(x: Any) -> str:
    """What a gradient must have in common with its leaf: class, dtype, shape."""
    if isinstance(x, np.ndarray):
        return f"an array of {x.dtype} of shape {x.shape}"
    return f"a {type(x).__qualname__}"


def _is_number(x: Any) -> bool:
    return isinstance(x, np.ndarray | np.generic | float | complex) and np.asarray(x).dtype.kind in "fc"


def _equal(x: Any, y: Any) -> bool:
    """Whether two leaves are equal to the last bit. An np.float64 counts as the float that it is."""
    if isinstance(x, float) and isinstance(y, float):
        return alike(float(x), float(y), 0.0)
    if isinstance(x, complex) and isinstance(y, complex):
        return alike(complex(x), complex(y), 0.0)
    return alike(x, y, 0.0)


def _close(x: Any, y: Any) -> bool:
    """Whether two leaves are equal but for what float32 rounds; what is no number must be equal."""
    if not _is_number(x):
        return alike(x, y, 0.0)
    return np.shape(x) == np.shape(y) and np.allclose(_wide(x), _wide(y), rtol=1e-5, atol=0.0, equal_nan=True)


def _wide(x: Any) -> Any:
    return np.asarray(x, dtype=complex)
