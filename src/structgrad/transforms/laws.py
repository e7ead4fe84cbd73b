"""`check_laws`: do zero, add and one make a vector space of a type?"""

import copy
import itertools
from collections.abc import Callable, Iterator, Sized
from numbers import Number
from typing import Any

import numpy as np
from attrs import frozen

from structgrad.errors import GradientCheckError, StructMismatchError
from structgrad.struct import space
from structgrad.struct.leaf import space_of
from structgrad.struct.walk import build, flatten
from structgrad.transforms.alike import alike
from structgrad.transforms.grad import grad_bp

_REFUSED: Any = object()  # what stands for the sum of two values that do not add
_Law = tuple[str, tuple[Any, ...], Any, Any]  # what it says, of which samples, its two sides


def check_laws(
    *samples: Any,
    zero: Callable[[Any], Any] = space.zero,
    add: Callable[[Any, Any], Any] = space.add,
    one: Callable[[Any], Any] = space.one,
) -> None:
    """Raise GradientCheckError unless zero, add and one obey the laws of `Backprop` on these samples.

    samples: values of one type, best of every size it comes in; structs, or leaves of your own class. zero,
    add, one: those under test; by default those by which structgrad differentiates. Tested for all samples,
    pairs and triples: add(x, zero(x)) == x; add is commutative and associative (where it refuses, by
    StructMismatchError, it refuses both ways) and loses nothing: ones do not get fewer, and nothing with a
    length gets shorter; zero and one are idempotent, keep the class, and see the shape alone, not the value;
    one is ones, and on real numbers grad_bp(identity); the operands stay as they were.

    >>> from structgrad import testing
    >>> testing.check_laws([1.0, 2.0, 3.0], [4.0])
    >>> shorter = lambda x, y: [a + b for a, b in zip(x, y)]
    >>> testing.check_laws([1.0, 2.0, 3.0], [4.0], add=shorter)
    Traceback (most recent call last):
    structgrad.errors.GradientCheckError: add loses nothing: 2.0 is not 4.0, for [1.0, 2.0, 3.0], [4.0]
    """
    if not samples:
        raise TypeError("check_laws needs a sample at least")
    tested = _Operations(zero, add, one)
    leaves, nodes = flatten(samples)
    before = build(nodes, [_snapshot(leaf) for leaf in leaves])
    size = _size(samples)
    broken = next((law for law in _laws(tested, samples) if not alike(law[2], law[3], size)), None)
    if not alike(before, samples, 0.0):
        raise GradientCheckError(f"zero, add or one changed an operand: {_show(samples)} was {_show(before)}")
    if broken is not None:
        law, given, left, right = broken
        of = ", ".join(map(_show, given))
        raise GradientCheckError(f"{law}: {_show(left)} is not {_show(right)}, for {of}")


@frozen
class _Operations:
    """The three functions under test."""

    zero: Callable[[Any], Any]
    plus: Callable[[Any, Any], Any]
    one: Callable[[Any], Any]

    def add(self, x: Any, y: Any) -> Any:
        """The sum, or _REFUSED."""
        if x is _REFUSED or y is _REFUSED:
            return _REFUSED
        try:
            return self.plus(x, y)
        except StructMismatchError:
            return _REFUSED


def _laws(s: _Operations, samples: tuple[Any, ...]) -> Iterator[_Law]:
    for x in samples:
        yield from _of_one(s, x)
    for x, y in itertools.product(samples, repeat=2):
        yield from _of_two(s, x, y)
    for x, y, z in itertools.product(samples, repeat=3):
        yield "add is associative", (x, y, z), s.add(s.add(x, y), z), s.add(x, s.add(y, z))


def _of_one(s: _Operations, x: Any) -> Iterator[_Law]:
    nothing, unit = s.zero(x), s.one(x)
    yield "zero keeps the class", (x,), type(nothing), type(x)
    yield "one keeps the class", (x,), type(unit), type(x)
    yield "add keeps the class", (x,), type(s.add(x, x)), type(x)
    yield "add(x, zero(x)) == x", (x,), s.add(x, nothing), x
    yield "add(zero(x), x) == x", (x,), s.add(nothing, x), x
    yield "zero(zero(x)) == zero(x)", (x,), s.zero(nothing), nothing
    yield "one(one(x)) == one(x)", (x,), s.one(unit), unit
    yield "zero(one(x)) == zero(x)", (x,), s.zero(unit), nothing
    yield "one(zero(x)) == one(x)", (x,), s.one(nothing), unit
    yield "one is ones", (x,), _total(unit), float(sum(n.size for n in _numbers(x)))
    if isinstance(x, float | np.floating):
        yield "one(x) == grad_bp(identity)(x)", (x,), unit, grad_bp(lambda v: v, x)


def _of_two(s: _Operations, x: Any, y: Any) -> Iterator[_Law]:
    both, units = s.add(x, y), s.add(s.one(x), s.one(y))
    yield "add is commutative", (x, y), both, s.add(y, x)
    if both is _REFUSED:
        return
    yield "add loses nothing", (x, y), _total(units), _total(s.one(x)) + _total(s.one(y))
    if isinstance(x, Sized) and isinstance(y, Sized) and not isinstance(x, np.ndarray):
        yield "add loses nothing", (x, y), max(len(both), len(x), len(y)), len(both)


def _snapshot(leaf: Any) -> Any:
    return leaf if space_of(leaf).role == "static" else copy.deepcopy(leaf)


def _numbers(x: Any) -> list[Any]:
    """The numbers of a struct as complex arrays: no truths, and no leaves of the user's own classes."""
    found = [leaf for leaf in flatten(x)[0] if isinstance(leaf, np.ndarray | Number)]
    return [np.asarray(n, dtype=complex) for n in found if np.asarray(n).dtype.kind not in "bUSMmT"]


def _size(samples: Any) -> float:
    """What sums of the samples may be as large as; numbers in attributes of the user's classes count."""
    leaves = flatten(samples)[0]
    inner = [vars(leaf) for leaf in leaves if space_of(leaf).role == "smooth" and hasattr(leaf, "__dict__")]
    return float(sum(np.sum(np.abs(n)) for n in (*_numbers(samples), *_numbers(inner))))


def _total(x: Any) -> float:
    return float(sum(np.sum(n.real) for n in _numbers(x)))


def _show(x: Any) -> str:
    return "refused" if x is _REFUSED else f"{x!r:.80}"
