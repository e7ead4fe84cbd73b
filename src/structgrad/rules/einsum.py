"""Einstein's summation in full. The cotangent of an operand is an einsum of g with the other operands."""

import math
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.rule import derive, rule

# In this order sorting letters sorts the numbers they stand for, as einsum without an output does.
_LETTERS = ascii_uppercase + ascii_lowercase
_LARGE = 100_000  # multiplications; from there on looking for a good order and BLAS pay (measured)


class Sum(NamedTuple):
    """What is to be summed, as the user said it: "ij,j->i", and einsum's other keywords."""

    subscripts: str
    optimize: Any
    options: dict[str, Any]


def _summed(operands: Sequence[Any], spec: Sum) -> Any:
    return np.einsum(spec.subscripts, *operands, optimize=spec.optimize, **spec.options)


@primitive
def einsum1(a: Any, spec: Sum) -> Any:
    """np.einsum of one operand."""
    return _summed([a], spec)


@primitive
def einsum2(a: Any, b: Any, spec: Sum) -> Any:
    """np.einsum of two operands."""
    return _summed([a, b], spec)


@primitive
def einsum_of(operands: list[Any], spec: Sum, live: tuple[int, ...]) -> Any:
    """np.einsum of many operands, told which of them are differentiated."""
    return _summed(operands, spec)


def _letters(spec: Sum, shapes: Sequence[tuple[int, ...]]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, those behind an ellipsis spelt out."""
    left, arrow, out = spec.subscripts.replace(" ", "").partition("->")
    if not arrow:
        out = "".join(sorted(letter for letter in {*left} - {",", "."} if left.count(letter) == 1))
        out = f"...{out}" if "." in left else out
    terms = left.split(",")
    if "." not in left:
        return terms, out
    dots = [len(shape) - len(term) + 3 if "." in term else 0 for term, shape in zip(terms, shapes, strict=True)]
    hidden = "".join(letter for letter in _LETTERS if letter not in left)[: max(dots)]
    spelt = [term.replace("...", hidden[len(hidden) - n :]) for term, n in zip(terms, dots, strict=True)]
    return spelt, out.replace("...", hidden)


def _cotangent(g: Any, i: int, shape: tuple[int, ...], others: Sequence[Any], spec: Sum) -> Any:
    """The cotangent of operand i: g against the other operands, spread over what only operand i had."""
    shapes = [shape_of(x) for x in others]
    terms, out = _letters(spec, [*shapes[:i], shape, *shapes[i:]])
    own = terms.pop(i)
    sizes = {
        letter: n
        for term, dims in zip((out, *terms), (shape_of(g), *shapes), strict=True)
        for letter, n in zip(term, dims, strict=True)
    }
    # Letters of size 1 here were stretched, so g is summed over them; of repeated ones the first stands for all.
    wanted = "".join(
        letter
        for at, (letter, n) in enumerate(zip(own, shape, strict=True))
        if letter in sizes and n != 1 and own.index(letter) == at
    )
    optimize = bool(spec.optimize) or math.prod(sizes.values()) > _LARGE
    dx = np.einsum(f"{','.join((out, *terms))}->{wanted}", g, *(conj(x) for x in others), optimize=optimize)
    return dx if wanted == own and dx.shape == shape else _laid(dx, wanted, own, shape)


def _laid(dx: Any, wanted: str, own: str, shape: tuple[int, ...]) -> Any:
    """dx brought to a shape: letters it lacks are spread over, repeated ones are on the diagonal only."""
    rest = iter(dx.shape)
    firsts = [letter in wanted and own.index(letter) == at for at, letter in enumerate(own)]
    dx = dx.reshape([next(rest) if first else 1 for first in firsts])
    for at, letter in enumerate(own):
        if own.index(letter) < at:
            dx = np.where(_equal(shape, own.index(letter), at), dx, 0)
    return np.broadcast_to(dx, shape)


def _equal(shape: tuple[int, ...], i: int, j: int) -> Any:
    """Where the indices of two axes of equal length are the same, as a mask to broadcast."""
    sizes = [n if axis in (i, j) else 1 for axis, n in enumerate(shape)]
    return np.eye(shape[i], dtype=bool).reshape(sizes)


rule(einsum1, params="a spec", linear="a", a=lambda g, a_shape, spec: _cotangent(g, 0, a_shape, [], spec))
rule(
    einsum2,
    params="a b spec",
    linear="a b",
    a=lambda g, a_shape, b, spec: _cotangent(g, 0, a_shape, [b], spec),
    b=lambda g, a, b_shape, spec: _cotangent(g, 1, b_shape, [a], spec),
)
rule(
    einsum_of,
    params="operands spec live",
    operands=lambda g, operands, spec, live: [
        _cotangent(g, i, shape_of(x), [*operands[:i], *operands[i + 1 :]], spec) if i in live else None
        for i, x in enumerate(operands)
    ],
)


def _einsum(*operands: Any, out: Any = None, optimize: Any = False, **options: Any) -> Any:
    if out is not None:
        refuse_out("einsum")
    if isinstance(operands[0], str):
        subscripts, *arrays = operands
    else:
        *pairs, last = operands if len(operands) % 2 else (*operands, None)
        arrays = pairs[::2]
        subscripts = ",".join(map(_word, pairs[1::2])) + ("" if last is None else f"->{_word(last)}")
    spec = Sum(subscripts, optimize, options)
    arrays = [array_of(x) for x in arrays]
    if len(arrays) == 1:
        return einsum1(arrays[0], spec)
    if len(arrays) == 2:
        return einsum2(arrays[0], arrays[1], spec)
    return einsum_of(arrays, spec, tuple(i for i, x in enumerate(arrays) if is_traced(x)))


def _word(numbers: Any) -> str:
    """The letters that stand for a list of numbers, as einsum takes it in place of subscripts."""
    for number in numbers:
        if number is not Ellipsis and not 0 <= number < len(_LETTERS):
            raise ValueError(f"np.einsum takes subscripts from 0 to {len(_LETTERS) - 1}, not {number}")
    return "".join("..." if number is Ellipsis else _LETTERS[number] for number in numbers)


derive(np.einsum, _einsum)
