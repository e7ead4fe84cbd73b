"""A struct as one vector of real numbers: the form in which solvers take their unknowns."""

from typing import Any, Generic, TypeVar

import numpy as np
from attrs import frozen

from structgrad.arrays import FLOAT64, Array, dtype_of, shape_of
from structgrad.errors import NothingToDifferentiateError, StructMismatchError, UnknownLeafError
from structgrad.struct.leaf import space_of
from structgrad.struct.walk import Nodes, build, difference, flatten, leaf_paths, leaf_spaces, same_structure
from structgrad.tape.value import home_of
from structgrad.transforms.sharing import is_traced

T = TypeVar("T")


@frozen(eq=False, repr=False)
class Flat(Generic[T]):
    """How structs like one of n numbers are vectors (n,) of float64; a complex number counts as two.

    who: the name of the solver, for messages. leaves, nodes: those of the struct. numbers: which of its leaves have a
    slope; all others are carried.
    """

    who: str
    leaves: list[Any]
    nodes: Nodes
    numbers: list[int]

    def vector(self, x: Any) -> Any:
        """The numbers of a struct like it, plain or traced. StructMismatchError says where x is another."""
        found = self._opened(x)
        for i in self.numbers:
            self._check(i, found[i])
        return as_vector([found[i] for i in self.numbers])

    def check_whole(self, x: Any) -> None:
        """StructMismatchError if a whole number is not the one that it should be."""
        for i, (mine, leaf) in enumerate(zip(self.leaves, self._opened(x), strict=True)):
            if space_of(mine).role == "discrete" and not np.array_equal(mine, leaf):
                raise StructMismatchError(
                    f"{self.who}: the function changes {self.paths()[i] or 'the argument'} from {mine!r:.40} to "
                    f"{leaf!r:.40}, which cannot be solved for. Keep it out of the struct."
                )

    def struct(self, v: Any) -> T:
        """The struct of a vector (n,), plain or traced. A plain one shares no memory with v."""
        made, start = list(self.leaves), 0
        for i in self.numbers:
            stop = start + _size(self.leaves[i])
            made[i], start = _leaf(v[start:stop], self.leaves[i]), stop
        x: T = build(self.nodes, made)
        return x

    def grain(self) -> Array:
        """By how much, relatively, rounding may change each number when it is computed again: (n,)."""
        leaves = [self.leaves[i] for i in self.numbers]
        return np.repeat([8.0 * float(np.finfo(dtype_of(x)).eps) for x in leaves], [_size(x) for x in leaves])

    def path(self, i: int) -> str:
        """Where number i of the vector is in the struct."""
        ends = np.cumsum([_size(self.leaves[k]) for k in self.numbers])
        return self.paths()[self.numbers[int(np.searchsorted(ends, i, side="right"))]] or "the argument"

    def paths(self) -> list[str]:
        """The paths of all leaves."""
        return leaf_paths(build(self.nodes, self.leaves))

    def _opened(self, x: Any) -> list[Any]:
        """The leaves of a struct like it."""
        found, nodes = flatten(x)
        if not same_structure(self.nodes, nodes):
            like = build(self.nodes, self.leaves)
            raise StructMismatchError(
                f"{self.who}: the function must return a struct like its first argument: {difference(like, x)}"
            )
        return found

    def _check(self, i: int, leaf: Any) -> None:
        mine = self.leaves[i]
        shape, dtype = home_of(np.asarray(leaf) if isinstance(leaf, int) else leaf)
        kinds = "fiuc" if dtype_of(mine).kind == "c" else "fiu"
        if shape != shape_of(mine) or dtype.kind not in kinds:
            where = self.paths()[i]
            got = type(leaf).__qualname__ if shape is None else f"{dtype} of shape {shape}"
            raise StructMismatchError(
                f"{self.who}: what the function returns does not fit{' at ' + where if where else ''}: expected "
                f"{dtype_of(mine)} of shape {shape_of(mine)}, got {got}"
            )


def flat(x: T, who: str) -> Flat[T]:
    """How structs like x are vectors. who: the name of the solver that asks.

    NothingToDifferentiateError if there is no number in x that a solver may move, UnknownLeafError for numbers that
    float64 cannot stand for.
    """
    leaves, nodes = flatten(x)
    numbers = [i for i, space in enumerate(leaf_spaces(x, leaves)) if space.role == "smooth"]
    if not any(np.size(leaves[i]) for i in numbers):
        raise NothingToDifferentiateError(
            f"{who} found no float, complex or array of them to solve for; whole numbers are carried: write 3 as 3.0"
        )
    for i in numbers:
        if home_of(leaves[i])[0] is None:
            raise UnknownLeafError(
                f"{who} works on floats, complex numbers and arrays of them, and {leaf_paths(x)[i] or 'the argument'} "
                f"is a {type(leaves[i]).__qualname__}. Make it a float, or annotate the field Static[...] to carry it."
            )
    return Flat(who, leaves, nodes, numbers)


def as_vector(numbers: list[Any]) -> Any:
    """Numbers and arrays, plain or traced, as one vector of float64; a complex number as its two parts."""
    vector = np.concatenate([np.zeros(0), *(np.ravel(_parts(x)) for x in numbers)])
    return vector if vector.dtype == FLOAT64 else vector.astype(FLOAT64)  # of longdouble


def _parts(x: Any) -> Any:
    return np.stack([np.real(x), np.imag(x)], axis=-1) if dtype_of(x).kind == "c" else x


def _size(leaf: Any) -> int:
    return int(np.prod(shape_of(leaf))) * (2 if dtype_of(leaf).kind == "c" else 1)


def _leaf(part: Any, like: Any) -> Any:
    """A stretch of the vector as a leaf like this one, of its class and dtype."""
    shape, dtype = shape_of(like), dtype_of(like)
    if dtype.kind == "c":
        part = part[::2] + 1j * part[1::2]
    part = np.reshape(part, shape) if isinstance(like, np.ndarray) else part[0]
    if is_traced(part):  # its class comes with it
        return part if part.dtype == dtype else part.astype(dtype)
    return np.array(part, dtype) if isinstance(like, np.ndarray) else _number(part, like)


def _number(part: Any, like: Any) -> Any:
    make: Any = type(like).__new__ if isinstance(like, float | complex) else lambda cls, x: cls(x)
    return make(type(like), part.item())
