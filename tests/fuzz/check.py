"""What must hold of the gradient of a program: one function for each law."""

import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import evolve

import structgrad as sg
from structgrad.struct.walk import build, flatten, same_structure
from structgrad.transforms.difference import ridders
from tests.fuzz.functions import UNHOOKED
from tests.fuzz.programs import Program, quiet

# Ridders' differences miss about 1e-10 of what these functions, bounded by construction, have as values; rounding of
# a few dozen operations is 1e-14. Both are left a factor of 1e3 for what is ill-conditioned.
BY_DIFFERENCE, BY_ROUNDING = 3e-7, 1e-10
_FINE = 0.03  # of Ridders' first step, 0.37: no program is smooth much beyond 0.01
_EPS = float(np.finfo(np.float64).eps)


class WrongGradientError(AssertionError):
    """A program whose gradient is wrong, and in what."""

    def __init__(self, law: str, program: Program, *seen: Any) -> None:
        super().__init__(f"{law}: {', '.join(map(repr, seen))}\n\n{program}")
        self.law = law


def check(program: Program, *, order: int = 1) -> bool:
    """Raise WrongGradientError unless all laws hold. False where the program is at a kink, which says nothing."""
    with quiet(), np.errstate(all="ignore"):
        run = Run(program)
        run.values_are_plain()
        run.gradient_is_shaped_like_params()
        sound = run.slope_is_measured(0) & run.slope_is_measured(1)
        if program.analytic:
            run.slope_is_that_of_a_complex_step()
        if order > 1 and sound:
            sound = run.second_slope_is_measured()
            run.single_precision_is_kept()
        run.inputs_are_unchanged()
    return sound


def check_unhooked(program: Program) -> bool:
    """As check, but an error will do where NumPy knows no traced values: False for it."""
    try:
        return check(program)
    except (sg.StructgradError, TypeError, AttributeError, ValueError):
        return False


class Run:
    """A program, its gradient, and two directions."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.leaves, self.nodes = flatten(program.params)
        self.before = [np.array(leaf) for leaf in self.leaves]
        numbers = np.random.default_rng(len(program.text))
        self.directions = [[_direction(leaf, numbers) for leaf in self.leaves] for _ in range(2)]
        self.eps = max(float(np.finfo(np.asarray(leaf).dtype).eps) for leaf in self.leaves)
        self.value, self.gradient = sg.backprop(self.loss)(program.params)

    def loss(self, params: Any) -> Any:
        return self.program.run(params)[0]

    def moved(self, t: complex, direction: list[Any]) -> Any:
        return build(self.nodes, [leaf + t * d for leaf, d in zip(self.leaves, direction, strict=True)])

    def at(self, t: float, direction: list[Any]) -> float:
        """The plain loss nearby. NaN where NumPy refuses it: a mask may select nothing there."""
        try:
            return float(self.loss(self.moved(t, direction)))
        except (ValueError, LookupError, ArithmeticError, np.linalg.LinAlgError):
            return math.nan

    def fail(self, law: str, *seen: Any) -> None:
        raise WrongGradientError(law, self.program, *seen)

    def values_are_plain(self) -> None:
        """All values of the run, under differentiation, are those of the plain run, in the same shape and dtype.

        They may be off by a rounding: sums may be computed in another order. In memory they lie as NumPy's do, for what
        a write into a view of them reaches depends on it.
        """
        near = 1e3 * self.eps
        objects = any(step.template in UNHOOKED for step in self.program.steps)
        loss, plain = self.program.run(self.program.params)
        (traced_loss, traced), _ = sg.vjp(self.program.run)(self.program.params)
        if self.value != traced_loss or not abs(loss - traced_loss) <= near * len(plain):
            self.fail("the value differs", self.value, loss)
        for i, (v, w) in enumerate(zip(plain, traced, strict=True)):
            x, y = np.asarray(v), np.asarray(w)
            if objects:  # of numbers alone, some of which may be whole
                y = y.astype(x.dtype)
            if x.shape != y.shape or x.dtype != y.dtype or not np.all(np.abs(x - y) <= near):
                self.fail(f"v{i} differs", x, y)
            if not objects and x.flags.forc and x.flags.fnc != y.flags.fnc:
                self.fail(f"v{i} lies in memory in another way", x.strides, y.strides)

    def gradient_is_shaped_like_params(self) -> None:
        found, nodes = flatten(self.gradient)
        if not same_structure(self.nodes, nodes):
            self.fail("the gradient has another structure", self.gradient)
        for leaf, g in zip(self.leaves, found, strict=True):
            if (
                type(g) is not type(leaf)
                or np.shape(g) != np.shape(leaf)
                or np.asarray(g).dtype != np.asarray(leaf).dtype
            ):
                self.fail("a leaf of the gradient is of another kind", leaf, g)

    def slope_is_measured(self, i: int) -> bool:
        """Reverse agrees with forward to rounding, and with differences as well as these know it."""
        direction = self.directions[i]
        slope, size = inner(self.gradient, direction)
        value, pushed = sg.jvp(self.loss)(self.program.params, build(self.nodes, direction))
        if value != self.value or not abs(pushed - slope) <= BY_ROUNDING * size:
            self.fail("forward and reverse mode disagree", pushed, slope)
        return self.measured(lambda t: self.at(t, direction), slope, size, "the slope is wrong")

    def measured(self, at: Callable[[float], float], slope: float, size: float, law: str) -> bool:
        found, _ = ridders(lambda t: at(t * _FINE), _EPS)
        if abs(found / _FINE - slope) <= BY_DIFFERENCE * size:
            return True
        finer, _ = ridders(lambda t: at(t * 1e-3), _EPS)
        if abs(finer / 1e-3 - slope) <= BY_DIFFERENCE * size:
            return True
        if not smooth(at, size):
            return False
        self.fail(law, slope, finer / 1e-3, found / _FINE)
        return False

    def slope_is_that_of_a_complex_step(self) -> None:
        slope, size = inner(self.gradient, self.directions[0])
        step = np.imag(self.loss(self.moved(1e-30j, self.directions[0]))) / 1e-30
        if not abs(step - slope) <= BY_ROUNDING * size:
            self.fail("a complex step disagrees", slope, step)

    def second_slope_is_measured(self) -> bool:
        """The Hessian along one direction, seen from the other, against differences of the gradient."""
        there, seen = self.directions
        curve, size = inner(sg.hvp(self.loss)(self.program.params, build(self.nodes, there)), seen)
        grad = functools.partial(sg.grad_bp, self.loss)

        def at(t: float) -> float:
            there_too = self.at(t, there)  # NaN where the plain program fails
            return inner(grad(self.moved(t, there)), seen)[0] if np.isfinite(there_too) else math.nan

        return self.measured(at, curve, size + inner(self.gradient, seen)[1], "the second slope is wrong")

    def single_precision_is_kept(self) -> None:
        """With arrays of float32 the same program gives gradients of float32, which agree as well as those can."""
        leaves = [_single(leaf) for leaf in self.leaves]
        # A list of float32 and Python's floats is float64 to NumPy, but no traced value is asked what its array is.
        if "np.array([" in self.program.text or all(map(operator.is_, leaves, self.leaves)):
            return
        program = evolve(self.program, params=build(self.nodes, leaves))
        try:
            program.run(program.params)
        except TypeError:  # NumPy's own: putmask writes no float64 into float32
            return
        run = Run(program)
        run.values_are_plain()
        run.gradient_is_shaped_like_params()
        (slope, size), (single, _) = inner(self.gradient, self.directions[0]), inner(run.gradient, self.directions[0])
        # What rounds to 1e-7 at each step, and is amplified where a matrix is inverted.
        if not abs(slope - single) <= 1e-3 * size:
            self.fail("float32 gives another slope", slope, single)

    def inputs_are_unchanged(self) -> None:
        for leaf, before in zip(self.leaves, self.before, strict=True):
            if not np.array_equal(leaf, before):
                self.fail("an input was changed", leaf, before)


def inner(gradient: Any, direction: list[Any]) -> tuple[float, float]:
    """The slope that a gradient gives along a direction, and the size of what it was added from."""
    parts = [np.real(np.conj(g) * d) for g, d in zip(flatten(gradient)[0], direction, strict=True)]
    return float(sum(np.sum(part) for part in parts)), float(1.0 + sum(np.sum(np.abs(part)) for part in parts))


def smooth(at: Callable[[float], float], size: float) -> bool:
    """Whether the slopes on both sides come together as the step narrows; at a kink they stay apart.

    It sees nothing but the plain function, so that no wrong gradient can hide behind it.
    """
    wide, narrow = (abs(at(h) - 2.0 * at(0.0) + at(-h)) / h for h in (1e-3, 1e-5))
    if narrow > 0.1 * wide and narrow > 1e-9 * size:
        return False
    # A kink nearby: differences on two scales that do not reach it would agree.
    near = [(at(h) - at(-h)) / (2.0 * h) for h in (1e-4, 1e-5)]
    return abs(near[0] - near[1]) <= BY_DIFFERENCE * size


def _single(leaf: Any) -> Any:
    if not isinstance(leaf, np.ndarray):
        return leaf
    return leaf.astype(np.complex64 if np.iscomplexobj(leaf) else np.float32)


def _direction(leaf: Any, numbers: np.random.Generator) -> Any:
    d = numbers.normal(size=np.shape(leaf))
    if np.iscomplexobj(leaf):
        d = d + 1j * numbers.normal(size=np.shape(leaf))
    return d if isinstance(leaf, np.ndarray) else d.item() if hasattr(d, "item") else d
