"""Making optics of path functions: lens, prism, traversal, and the marks each, some and as_ in them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_origin, overload

from structgrad.errors import OpticError, users_line
from structgrad.struct.optics.group import Several
from structgrad.struct.optics.optic import Lens, Prism, Traversal
from structgrad.struct.optics.path import MAKERS, Path, body, done, lambda_form, name_of, rank_of
from structgrad.struct.optics.probe import ALLOWED, Probe, extended
from structgrad.struct.optics.step import As, Each, Some, Step

S = TypeVar("S")
A = TypeVar("A")
B = TypeVar("B")

_FOCI = ("exactly one focus", "at most one focus", "any number of foci")  # by rank


@overload
def lens(cls: type[S], path: None = None, /) -> Lens[S, S]: ...
@overload
def lens(cls: type[S], path: Callable[[S], A], /) -> Lens[S, A]: ...
def lens(cls: type[Any], path: Callable[[Any], Any] | None = None, /) -> Lens[Any, Any]:
    """Exactly one part of the structs of a class, by a function from the struct to the part.

    The function may follow fields and items, and may give a tuple of parts, none within another: these
    are one focus, a tuple. Without a function, the whole struct; from there `lens(Net).layers[0].w` is
    the class form. OpticError if the function does anything else, NoFieldError if annotations tell that
    the part is no field.

    >>> import structgrad as sg
    >>> from typing import NamedTuple
    >>> class Line(NamedTuple):
    ...     slope: float
    ...     offset: float
    >>> slope = sg.lens(Line, lambda l: l.slope)
    >>> slope.get(Line(2.0, 1.0)), slope.set(Line(2.0, 1.0), 5.0)
    (2.0, Line(slope=5.0, offset=1.0))
    >>> sg.lens(Line).slope == slope
    True
    >>> sg.lens(Line, lambda l: (l.offset, l.slope)).get(Line(2.0, 1.0))
    (1.0, 2.0)
    """
    if path is None:
        return Lens(Path(_class("lens", cls), (), cls))
    return Lens(_recorded(0, cls, path))


def prism(cls: type[S], path: Callable[[S], A], /) -> Prism[S, A]:
    """A part that structs of a class may lack, by a function from the struct to the part.

    The function may follow fields and items, and mark with `some` what may be None, with `as_` what may be
    of another class. An index or key that this struct does not have is absent too. Errors as of `lens`.

    >>> import structgrad as sg
    >>> bias = sg.prism(dict, lambda d: sg.some(d["bias"]))
    >>> bias.preview({"bias": 3.0}), bias.set({"bias": None}, 4.0)
    (3.0, {'bias': None})
    """
    return Prism(_recorded(1, cls, path))


def traversal(cls: type[S], path: Callable[[S], A], /) -> Traversal[S, A]:
    """Any number of parts of the structs of a class, by a function from the struct to one of them.

    The function may follow fields and items, and use the marks `each`, `some` and `as_`. What is absent
    from a struct is no focus. Errors as of `lens`.

    >>> import structgrad as sg
    >>> ws = sg.traversal(dict, lambda d: sg.each(d["layers"])["w"])
    >>> ws.over({"layers": [{"w": 1.0}, {"w": 2.0}]}, lambda w: 10.0 * w)
    {'layers': [{'w': 10.0}, {'w': 20.0}]}
    """
    return Traversal(_recorded(2, cls, path))


@overload
def each(xs: Mapping[Any, B], /) -> B: ...
@overload
def each(xs: Iterable[B], /) -> B: ...
def each(xs: Any, /) -> Any:
    """In the path function of a traversal: every child of a container (of a dict, its values).

    >>> import structgrad as sg
    >>> sg.traversal(list, lambda xs: sg.each(xs)[0]).to_list([(1.0, 2.0), (3.0, 4.0)])
    [1.0, 3.0]
    """
    return _marked("each", xs, Each())


def some(x: A | None, /) -> A:
    """In a path function: x where it is not None.

    >>> import structgrad as sg
    >>> sg.traversal(list, lambda xs: sg.some(sg.each(xs))).to_list([1.0, None, 3.0])
    [1.0, 3.0]
    """
    return _marked("some", x, Some())  # type: ignore[no-any-return]  # a probe passes for an A


def as_(x: object, cls: type[B], /) -> B:
    """In a path function: x where it is of a class.

    >>> import structgrad as sg
    >>> sg.prism(list, lambda xs: sg.as_(xs[0], float)).preview(["relu"]) is None
    True
    """
    if not isinstance(cls, type):  # pyright: ignore[reportUnnecessaryIsInstance]  # where no checker ran
        raise OpticError(f"as_ takes a class, and got {name_of(cls)}")
    return _marked("as_", x, As(cls))  # type: ignore[no-any-return]  # a probe passes for a B


def _marked(mark: str, x: Any, step: Step) -> Any:
    if type(x) is not Probe:
        raise OpticError(
            f"{mark} marks a step in the path function of a prism or traversal, and got "
            f"an object of class {type(x).__qualname__}{users_line()}."
        )
    return extended(x, step)


def _class(maker: str, cls: Any) -> Any:
    if isinstance(cls, type) or get_origin(cls) is not None:
        return cls
    name = type(cls).__qualname__
    raise OpticError(f"{maker} takes the class that the path starts from, and got an object of class {name}")


def _recorded(rank: int, cls: Any, function: Callable[[Any], Any]) -> Path:
    """The path that a function takes. OpticError if it is none, or has more foci than the rank allows."""
    maker, run = MAKERS[rank], object()
    root = Probe(Path(_class(maker, cls), (), cls), run)
    result = function(root)
    if type(result) is tuple and result:
        path = _several(maker, cls, [_path(maker, part, run) for part in result])
    else:
        path = done(_path(maker, result, run))
    found = rank_of(path.steps)
    if found > rank:
        raise OpticError(
            f"{maker} has {_FOCI[rank]}, and {body(cls, path.steps)} may lead to {_FOCI[found]}: "
            f"write {lambda_form(MAKERS[found], cls, body(cls, path.steps))}."
        )
    return path


def _path(maker: str, result: Any, run: object) -> Path:
    if type(result) is not Probe or result._probe_run is not run:
        raise OpticError(
            f"the path function of {maker} gave an object of class {type(result).__qualname__}, "
            f"no part of its argument. {ALLOWED}"
        )
    return result._probe_path


def _several(maker: str, cls: Any, paths: list[Path]) -> Path:
    """The path to a tuple of parts."""
    code = f"({', '.join(body(cls, path.steps) for path in paths)}{',' * (len(paths) == 1)})"
    if maker != "lens" or any(rank_of(path.steps) for path in paths):
        raise OpticError(f"{code}: only a lens may have a tuple of parts as its focus, each exactly one.")
    taken = {path.steps for path in paths}
    begun = {path.steps[:i] for path in paths for i in range(len(path.steps))}
    if len(taken) < len(paths) or taken & begun:
        raise OpticError(f"{code}: the parts overlap, and to set both is ambiguous. Focus the larger.")
    return Path(cls, (Several(lambda_form("lens", cls, code), tuple(path.steps for path in paths)),))
