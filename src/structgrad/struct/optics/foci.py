"""What all optics can do: read the foci of a struct, set them, change them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from attrs import field, frozen

from structgrad.errors import StructMismatchError
from structgrad.struct.optics.find import Found, find, put
from structgrad.struct.optics.hint import UNKNOWN, arms, fields_of
from structgrad.struct.optics.message import count, hidden_field
from structgrad.struct.optics.path import Path, expression

S = TypeVar("S")
A = TypeVar("A")


@frozen(repr=False)
class Optic(Generic[S, A]):
    """What all optics can do.

    Class form makes steps of the names of fields, so what an optic keeps has a name that no field has.
    """

    _optic_path: Path = field(alias="path")
    _optic_rank: ClassVar[int] = 2

    # An optic is no container: without these, `for` would ask for the items 0, 1, 2, ... for ever.
    __iter__ = None
    __contains__ = None

    def to_list(self, s: S, /) -> list[A]:
        """The foci of a struct, in order.

        >>> import structgrad as sg
        >>> sg.traversal(dict, lambda d: sg.each(d["w"])).to_list({"w": [1.0, 2.0]})
        [1.0, 2.0]
        """
        return self._optic_find(s).foci()

    def set(self, s: S, a: A, /) -> S:
        """A struct with `a` at every focus. All that is not on the way to a focus is carried by identity.

        The struct given is not changed, and no `__init__` or validator of the user runs. A prism or traversal
        that finds nothing gives the struct back.

        >>> import structgrad as sg
        >>> sg.lens(dict, lambda d: d["w"][1]).set({"w": [1.0, 2.0]}, 5.0)
        {'w': [1.0, 5.0]}
        """
        found = self._optic_find(s)
        changed: S = put(found, [[a] * len(found.foci())])
        return changed

    def over(self, s: S, f: Callable[[A], A], /) -> S:
        """A struct with `f(focus)` at every focus; else as `set`.

        >>> import structgrad as sg
        >>> sg.traversal(dict, lambda d: sg.each(d["w"])).over({"w": [1.0, 2.0]}, lambda w: -w)
        {'w': [-1.0, -2.0]}
        """
        found = self._optic_find(s)
        changed: S = put(found, [[f(focus) for focus in found.foci()]])
        return changed

    def put_all(self, s: S, values: Sequence[Any], /) -> S:
        """A struct with these foci, one value for each in the order of `to_list`; else as `set`."""
        found = self._optic_find(s)
        if len(values) != len(found.foci()):
            raise StructMismatchError(
                f"{self!r} has {count(len(found.foci()), 'focus', 'foci')} in this struct, "
                f"and got {count(len(values), 'value')}"
            )
        changed: S = put(found, [values])
        return changed

    def _optic_find(self, s: S) -> Found:
        return find(s, self._optic_path.steps, strict=self._optic_rank == 0)

    def __repr__(self) -> str:
        return expression(self._optic_path, self._optic_rank)

    if not TYPE_CHECKING:  # the checker would take it for the type of every field

        def __getattribute__(self, name: str) -> Any:
            if not name.startswith("_") and hasattr(type(self), name):
                _refuse_hidden(self, name)
            return object.__getattribute__(self, name)


def _refuse_hidden(optic: Optic[Any, Any], name: str) -> None:
    """In class form, refuse a method if what stands there has a field of its name."""
    hint = optic._optic_path.hint
    for cls, _ in [] if hint is UNKNOWN else arms(hint):
        if isinstance(cls, type) and name in (fields_of(cls) or ()):
            raise hidden_field(cls.__name__, name)
