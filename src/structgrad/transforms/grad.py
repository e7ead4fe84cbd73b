"""`grad_bp` and `backprop`: the gradient of a loss, with exactly the type of what it is taken by."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, TypeVar, overload

from structgrad.arrays import ScalarLike
from structgrad.native import native
from structgrad.struct.optics import Lens, Prism, Traversal
from structgrad.struct.walk import leaf_paths
from structgrad.tape.hold import check_held
from structgrad.tape.lift import lifted_struct
from structgrad.tape.rule import fill
from structgrad.tape.run import out_of, slot_in
from structgrad.tape.sweep import quietly, silently
from structgrad.transforms.loss import number, seed, split
from structgrad.transforms.reverse import explain, finished_leaves, gradient, run
from structgrad.transforms.select import select

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type
F = TypeVar("F")
X = TypeVar("X")
A = TypeVar("A", bound=Any)
B = TypeVar("B", bound=Any)
C = TypeVar("C", bound=Any)
_Optic: TypeAlias = Lens[Any, Any] | Prism[Any, Any] | Traversal[Any, Any]
_NOWHERE: Any = object()  # the one-call form was not used

# The overloads without types of their own ask for an option and give Any, not Callable[..., Any]: where a function
# annotated with Any fits several overloads, mypy then answers Any, and not a callable that strict refuses to call.
# A has_aux= that is no literal needs such an overload: say argnums=0 beside it.


class _Grad1(Protocol):
    def __call__(self, fn: Callable[Concatenate[A, T, P], ScalarLike], /) -> Callable[Concatenate[A, T, P], T]: ...


class _Grad01(Protocol):
    def __call__(
        self, fn: Callable[Concatenate[A, B, P], ScalarLike], /
    ) -> Callable[Concatenate[A, B, P], tuple[A, B]]: ...


@overload
def grad_bp(fn: Callable[[T], ScalarLike], at: T, /) -> T: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[T, P], ScalarLike],
    /,
    *,
    argnums: Literal[0] = 0,
    wrt: None = None,
    has_aux: Literal[False] = False,
    sparse: bool = False,
) -> Callable[Concatenate[T, P], T]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[T, P], tuple[ScalarLike, X]],
    /,
    *,
    argnums: Literal[0] = 0,
    wrt: None = None,
    has_aux: Literal[True],
    sparse: bool = False,
) -> Callable[Concatenate[T, P], tuple[T, X]]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[T, P], ScalarLike], /, *, wrt: Lens[T, F], sparse: bool = False
) -> Callable[Concatenate[T, P], F]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[T, P], ScalarLike], /, *, wrt: Prism[T, F], sparse: bool = False
) -> Callable[Concatenate[T, P], F | None]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[T, P], ScalarLike], /, *, wrt: Traversal[T, F], sparse: bool = False
) -> Callable[Concatenate[T, P], list[F]]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[A, T, P], ScalarLike], /, *, argnums: Literal[1], sparse: bool = False
) -> Callable[Concatenate[A, T, P], T]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[A, B, T, P], ScalarLike], /, *, argnums: Literal[2], sparse: bool = False
) -> Callable[Concatenate[A, B, T, P], T]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[A, P], ScalarLike], /, *, argnums: tuple[Literal[0]], sparse: bool = False
) -> Callable[Concatenate[A, P], tuple[A]]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[A, B, P], ScalarLike], /, *, argnums: tuple[Literal[0], Literal[1]], sparse: bool = False
) -> Callable[Concatenate[A, B, P], tuple[A, B]]: ...
@overload
def grad_bp(
    fn: Callable[Concatenate[A, B, C, P], ScalarLike],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1], Literal[2]],
    sparse: bool = False,
) -> Callable[Concatenate[A, B, C, P], tuple[A, B, C]]: ...
@overload
def grad_bp(
    fn: Callable[..., Any],
    /,
    *,
    argnums: int | tuple[int, ...],
    wrt: _Optic | None = None,
    has_aux: bool = False,
    sparse: bool = False,
) -> Any: ...
@overload
def grad_bp(fn: Callable[..., Any], /, *, wrt: _Optic, has_aux: bool, sparse: bool = False) -> Any: ...
@overload
def grad_bp(fn: None = None, /, *, argnums: Literal[1], sparse: bool = False) -> _Grad1: ...
@overload
def grad_bp(fn: None = None, /, *, argnums: tuple[Literal[0], Literal[1]], sparse: bool = False) -> _Grad01: ...
def grad_bp(
    fn: Callable[..., Any] | None = None,
    at: Any = _NOWHERE,
    /,
    *,
    argnums: int | tuple[int, ...] = 0,
    wrt: Any = None,
    has_aux: bool = False,
    sparse: bool = False,
) -> Any:
    """The gradient of a real loss, with exactly the type of the argument it is taken by.

    fn: `(params, *args, **kw) -> one real number`; params: any struct. `grad_bp(fn)` gives a function of the
    same arguments, `grad_bp(fn, params)` the gradient at once. argnums: the position of what is
    differentiated, or several (a tuple of gradients). wrt: a lens, prism or traversal into it: the gradient
    is then shaped like the focus (prism: or None; traversal: a list). has_aux: fn returns (loss, anything),
    the result is (gradient, anything). sparse: arrays of which only rows were read, `table[ids]`, get `SparseRows`
    for a gradient, and no array of the table's size is made (to a type checker they stay arrays).

    Leaves that are whole numbers get 0, texts, callables and `Static` fields stay what they are. Errors:
    NotScalarError, NothingToDifferentiateError, UnknownLeafError, CycleError.

    >>> import structgrad as sg
    >>> sg.grad_bp(lambda p: p["a"] * p["b"] ** 2, {"a": 2.0, "b": 3.0})
    {'a': 9.0, 'b': 12.0}
    """
    return _transform(fn, at, argnums, wrt, has_aux, sparse=sparse, with_value=False)


@overload
def backprop(fn: Callable[[T], ScalarLike], at: T, /) -> tuple[float, T]: ...
@overload
def backprop(
    fn: Callable[Concatenate[T, P], ScalarLike],
    /,
    *,
    argnums: Literal[0] = 0,
    wrt: None = None,
    has_aux: Literal[False] = False,
    sparse: bool = False,
) -> Callable[Concatenate[T, P], tuple[float, T]]: ...
@overload
def backprop(
    fn: Callable[Concatenate[T, P], tuple[ScalarLike, X]],
    /,
    *,
    argnums: Literal[0] = 0,
    wrt: None = None,
    has_aux: Literal[True],
    sparse: bool = False,
) -> Callable[Concatenate[T, P], tuple[float, T, X]]: ...
@overload
def backprop(
    fn: Callable[Concatenate[T, P], ScalarLike], /, *, wrt: Lens[T, F], sparse: bool = False
) -> Callable[Concatenate[T, P], tuple[float, F]]: ...
@overload
def backprop(
    fn: Callable[Concatenate[T, P], ScalarLike], /, *, wrt: Prism[T, F], sparse: bool = False
) -> Callable[Concatenate[T, P], tuple[float, F | None]]: ...
@overload
def backprop(
    fn: Callable[Concatenate[T, P], ScalarLike], /, *, wrt: Traversal[T, F], sparse: bool = False
) -> Callable[Concatenate[T, P], tuple[float, list[F]]]: ...
@overload
def backprop(
    fn: Callable[Concatenate[A, T, P], ScalarLike], /, *, argnums: Literal[1], sparse: bool = False
) -> Callable[Concatenate[A, T, P], tuple[float, T]]: ...
@overload
def backprop(
    fn: Callable[Concatenate[A, B, P], ScalarLike], /, *, argnums: tuple[Literal[0], Literal[1]], sparse: bool = False
) -> Callable[Concatenate[A, B, P], tuple[float, tuple[A, B]]]: ...
@overload
def backprop(
    fn: Callable[..., Any],
    /,
    *,
    argnums: int | tuple[int, ...],
    wrt: _Optic | None = None,
    has_aux: bool = False,
    sparse: bool = False,
) -> Any: ...
@overload
def backprop(fn: Callable[..., Any], /, *, wrt: _Optic, has_aux: bool, sparse: bool = False) -> Any: ...
def backprop(
    fn: Callable[..., Any],
    at: Any = _NOWHERE,
    /,
    *,
    argnums: int | tuple[int, ...] = 0,
    wrt: Any = None,
    has_aux: bool = False,
    sparse: bool = False,
) -> Any:
    """The value of a real loss and its gradient, from one run of the function.

    Takes what `grad_bp` takes. Returns (value, gradient), with has_aux (value, gradient, aux); the value is a
    Python float.

    >>> import structgrad as sg
    >>> sg.backprop(lambda p: p["a"] * p["b"] ** 2, {"a": 2.0, "b": 3.0})
    (18.0, {'a': 9.0, 'b': 12.0})
    """
    return _transform(fn, at, argnums, wrt, has_aux, sparse=sparse, with_value=True)


def _transform(fn: Any, at: Any, argnums: Any, wrt: Any, has_aux: bool, *, sparse: bool, with_value: bool) -> Any:
    """The three forms: factory of decorators, one call, function of the same arguments."""
    if fn is None:
        options = {"sparse": sparse, "with_value": with_value}
        return lambda function: _transform(function, _NOWHERE, argnums, wrt, has_aux, **options)
    if not callable(fn):
        raise TypeError(f"the first argument must be a function, not {fn!r:.60}")

    plainly = native is not None and argnums == 0 and wrt is None and not has_aux and not sparse

    def differentiated(*args: Any, **kwargs: Any) -> Any:
        if plainly:
            fill()
            found = native.differentiated(fn, args, kwargs, with_value)
            if found is not None:
                return found
        done = run(fn, select(fn, args, argnums, wrt), kwargs)
        loss, aux = split(fn, done) if has_aux else (done.result, None)
        value = out_of(loss, done.tape)
        one = seed(fn, value)
        slot = slot_in(loss, done.tape)
        grad = gradient(done, [] if slot is None else [(slot, one)], rows=sparse)
        given = (number(value), grad) if with_value else (grad,)
        given += (aux,) if has_aux else ()
        return given if len(given) > 1 else grad

    if at is not _NOWHERE:
        return differentiated(at)
    return functools.update_wrapper(differentiated, fn) if hasattr(fn, "__name__") else differentiated


if native is not None:
    _PARTS = (functools.partial, leaf_paths, lifted_struct, explain, seed, number, check_held, quietly, silently)
    native.connect_gradient(*_PARTS, finished_leaves)
