"""The three optics: a lens has exactly one focus, a prism at most one, a traversal any number."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, final, overload

from attrs import frozen

from structgrad.struct.optics.foci import Optic
from structgrad.struct.optics.own import Iso, Pair
from structgrad.struct.optics.path import Path, joined
from structgrad.struct.optics.probe import item
from structgrad.struct.optics.step import As, Each, Field, Some, Step

S = TypeVar("S")
A = TypeVar("A")
B = TypeVar("B")
K = TypeVar("K")
T = TypeVar("T")
O = TypeVar("O")


@final
@frozen(repr=False)
class Traversal(Optic[S, A]):
    """Any number of parts of a struct: `traversal(Net, lambda n: each(n.layers).w)`."""

    def __rshift__(self, other: "Lens[A, B] | Prism[A, B] | Traversal[A, B]", /) -> "Traversal[S, B]":
        made: Traversal[S, B] = _joined(self, other)
        return made

    @overload
    def each(self: "Traversal[S, list[B]]") -> "Traversal[S, B]": ...
    @overload
    def each(self: "Traversal[S, tuple[B, ...]]") -> "Traversal[S, B]": ...
    @overload
    def each(self: "Traversal[S, dict[K, B]]") -> "Traversal[S, B]": ...
    def each(self) -> Any:
        """The children of every focus."""
        return _then(Traversal, self, Each())

    def some(self: "Traversal[S, B | None]") -> "Traversal[S, B]":
        """The foci that are not None."""
        return _then(Traversal, self, Some())

    def as_(self, cls: type[B], /) -> "Traversal[S, B]":
        """The foci that are of a class."""
        return _then(Traversal, self, As(cls))

    def __getitem__(self, key: Any, /) -> "Traversal[S, Any]":
        return _then(Traversal, self, item(key))

    def __getattr__(self, name: str, /) -> "Traversal[S, Any]":
        return _field(Traversal, self, name)


@final
@frozen(repr=False)
class Prism(Optic[S, A]):
    """A part that a struct may lack: `prism(Net, lambda n: some(n.bias))`."""

    _optic_rank: ClassVar[int] = 1

    def preview(self, s: S, /) -> A | None:
        """The focus, or None if this struct lacks it.

        >>> import structgrad as sg
        >>> first = sg.prism(dict, lambda d: d["w"][0])
        >>> first.preview({"w": [3.0]}), first.preview({"w": []})
        (3.0, None)
        """
        return next(iter(self._optic_find(s).foci()), None)

    @overload
    def __rshift__(self, other: Traversal[A, B], /) -> Traversal[S, B]: ...
    @overload
    def __rshift__(self, other: "Lens[A, B] | Prism[A, B]", /) -> "Prism[S, B]": ...
    def __rshift__(self, other: Any, /) -> Any:
        return _joined(self, other)

    @overload
    def each(self: "Prism[S, list[B]]") -> Traversal[S, B]: ...
    @overload
    def each(self: "Prism[S, tuple[B, ...]]") -> Traversal[S, B]: ...
    @overload
    def each(self: "Prism[S, dict[K, B]]") -> Traversal[S, B]: ...
    def each(self) -> Any:
        """The children of the focus."""
        return _then(Traversal, self, Each())

    def some(self: "Prism[S, B | None]") -> "Prism[S, B]":
        """The focus where it is not None."""
        return _then(Prism, self, Some())

    def as_(self, cls: type[B], /) -> "Prism[S, B]":
        """The focus where it is of a class."""
        return _then(Prism, self, As(cls))

    def __getitem__(self, key: Any, /) -> "Prism[S, Any]":
        return _then(Prism, self, item(key))

    def __getattr__(self, name: str, /) -> "Prism[S, Any]":
        return _field(Prism, self, name)


@final
@frozen(repr=False)
class Lens(Optic[S, A]):
    """Exactly one part of a struct: `lens(Net, lambda n: n.layers[0].w)`.

    Laws: get(set(s, a)) == a; set(s, get(s)) == s; set(set(s, a), b) == set(s, b).
    """

    _optic_rank: ClassVar[int] = 0

    @staticmethod
    def of(get: Callable[[T], B], put: Callable[[T, B], T], /) -> "Lens[T, B]":
        """The lens of a pair of functions, `get(s)` and `put(s, part)`; `testing.check_lens` tests its laws.

        >>> import structgrad as sg
        >>> def total(xs): return xs[0] + xs[1]
        >>> def with_total(xs, t): return [xs[0], t - xs[0]]
        >>> sg.Lens.of(total, with_total).set([1.0, 2.0], 5.0)
        [1.0, 4.0]
        """
        return Lens(Path(object, (Pair(get, put),)))

    @staticmethod
    def iso(there: Callable[[T], B], back: Callable[[B], T], /) -> "Lens[T, B]":
        """The lens of a whole value in another form: `there(s)`, and `back(form)`, its inverse.

        Of several parts: `lens(C, lambda c: (c.x, c.y)) >> Lens.iso(there, back)`.

        >>> import structgrad as sg
        >>> pair = sg.Lens.iso(lambda z: (z.real, z.imag), lambda p: complex(*p))
        >>> pair.over(1 + 2j, lambda p: (p[1], p[0]))
        (2+1j)
        """
        return Lens(Path(object, (Iso(there, back),)))

    def get(self, s: S, /) -> A:
        """The focus. NoFocusError, with its path, if this struct lacks it.

        >>> import structgrad as sg
        >>> sg.lens(dict, lambda d: d["w"][1]).get({"w": [1.0, 2.0]})
        2.0
        """
        focus: A = self._optic_find(s).foci()[0]
        return focus

    @overload
    def __rshift__(self, other: "Lens[A, B]", /) -> "Lens[S, B]": ...
    @overload
    def __rshift__(self, other: Prism[A, B], /) -> Prism[S, B]: ...
    @overload
    def __rshift__(self, other: Traversal[A, B], /) -> Traversal[S, B]: ...
    def __rshift__(self, other: Any, /) -> Any:
        return _joined(self, other)

    @overload
    def each(self: "Lens[S, list[B]]") -> Traversal[S, B]: ...
    @overload
    def each(self: "Lens[S, tuple[B, ...]]") -> Traversal[S, B]: ...
    @overload
    def each(self: "Lens[S, dict[K, B]]") -> Traversal[S, B]: ...
    def each(self) -> Any:
        """The children of the focus."""
        return _then(Traversal, self, Each())

    def some(self: "Lens[S, B | None]") -> Prism[S, B]:
        """The focus where it is not None."""
        return _then(Prism, self, Some())

    def as_(self, cls: type[B], /) -> Prism[S, B]:
        """The focus where it is of a class."""
        return _then(Prism, self, As(cls))

    @overload
    def __getitem__(self: "Lens[S, list[B]]", key: int, /) -> "Lens[S, B]": ...
    @overload
    def __getitem__(self: "Lens[S, dict[K, B]]", key: K, /) -> "Lens[S, B]": ...
    @overload
    def __getitem__(self: "Lens[S, tuple[B, ...]]", key: int, /) -> "Lens[S, B]": ...
    @overload
    def __getitem__(self, key: Any, /) -> "Lens[S, Any]": ...
    def __getitem__(self, key: Any, /) -> Any:
        return _then(Lens, self, item(key))

    def __getattr__(self, name: str, /) -> "Lens[S, Any]":
        return _field(Lens, self, name)


def _then(make: Callable[[Path], O], optic: Optic[Any, Any], step: Step) -> O:
    """Class form: the optic one step further, made by a class that allows for the step."""
    return make(optic._optic_path.then(step))


def _field(make: Callable[[Path], O], optic: Optic[Any, Any], name: str) -> O:
    protocol = name.startswith("__") and name.endswith("__")
    if protocol or name.startswith("_optic_"):  # which an optic has not before it is initialised
        raise AttributeError(name)
    return _then(make, optic, Field(name))


def _joined(optic: Optic[Any, Any], other: Any) -> Any:
    if not isinstance(other, Optic):
        return NotImplemented
    wider = max(optic, other, key=lambda o: o._optic_rank)
    return type(wider)(joined(optic._optic_path, other._optic_path))
