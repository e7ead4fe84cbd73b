"""What a kind of containers is, and that of classes with named fields: dataclasses and attrs classes."""

import operator
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import frozen

from structgrad.struct.static import static_names


def _always(x: Any, y: Any) -> bool:
    return True


@frozen(eq=False, repr=False)
class Kind:
    """One kind of container. `keys(x)` are the steps into it as code prints them: `.w`, `[0]`, `['k']`.

    `open(x)` gives the children in the order of the keys, `close(x, children)` a container like x.
    `merge` says what add does with containers of different sizes: "same" refuses, "pad", "union".
    `matches` says whether two containers of one class with as many children have the same keys. `form` is what C needs
    to do the same: the names of the fields, where they are all in the object's dict; or list, tuple or dict itself.
    """

    keys: Callable[[Any], list[str]]
    open: Callable[[Any], Sequence[Any]]
    close: Callable[[Any, Sequence[Any]], Any]
    merge: str = "same"
    matches: Callable[[Any, Any], bool] = _always
    form: tuple[str, ...] | type | None = None


def bare(x: Any) -> Any:
    """A new object of x's class, and nothing of it initialised."""
    base = types.SimpleNamespace if isinstance(x, types.SimpleNamespace) else object
    return base.__new__(type(x))


def record(cls: type, annotations: dict[str, Any]) -> Kind:
    """The kind of a class with named fields; those annotated `Static[...]` are carried along unopened."""
    static = static_names(cls, annotations)
    walked = tuple(name for name in annotations if name not in static)
    get_all = operator.attrgetter(*walked) if len(walked) > 1 else None

    def present(x: Any) -> list[str]:
        return [name for name in walked if hasattr(x, name)]  # an init=False field may never have been set

    def open_(x: Any) -> Sequence[Any]:
        if get_all is not None:
            try:
                all_of_them: tuple[Any, ...] = get_all(x)
                return all_of_them
            except AttributeError:
                pass
        return [getattr(x, name) for name in present(x)]

    def close(x: Any, children: Sequence[Any]) -> Any:
        names = walked if len(children) == len(walked) else present(x)
        new = bare(x)
        write(new, zip(names, children, strict=True))
        for name in static:
            if hasattr(x, name):
                object.__setattr__(new, name, getattr(x, name))
        return new

    def close_dict(x: Any, children: Sequence[Any]) -> Any:
        """The usual case, at every gradient: no slots, nothing static, every field there."""
        if len(children) != n:
            return close(x, children)
        new: Any = make(cls)
        new.__dict__.update(zip(walked, children))  # noqa: B905  # as long as each other
        return new

    n, make = len(walked), object.__new__
    write, slots = _writer(cls, annotations)
    usual = not slots and not static and not issubclass(cls, types.SimpleNamespace)
    return Kind(
        lambda x: [f".{name}" for name in present(x)],
        open_,
        close_dict if usual else close,
        matches=lambda x, y: present(x) == present(y),
        form=walked if usual else None,
    )


def _writer(cls: type, names: Iterable[str]) -> tuple[Callable[[Any, Iterable[tuple[str, Any]]], None], bool]:
    """How fields are written into a new object of a class, past what the class says of assignments; if by slots."""
    if any(isinstance(getattr(cls, name, None), types.MemberDescriptorType) for name in names):

        def write(new: Any, fields: Iterable[tuple[str, Any]]) -> None:
            for name, value in fields:
                object.__setattr__(new, name, value)

        return write, True
    return lambda new, fields: new.__dict__.update(fields), False
