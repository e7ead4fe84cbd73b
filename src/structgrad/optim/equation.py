"""A function from structs to structs like them, as a function of vectors and of the traced values that it holds."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import frozen

from structgrad.arrays import Array
from structgrad.optim.captured import captured, refuse_escape
from structgrad.optim.implicit import implicit
from structgrad.optim.systems import Solve
from structgrad.optim.vector import Flat, flat
from structgrad.tape.lift import lifted_struct
from structgrad.transforms.stop import stop_gradient

T = TypeVar("T")


@frozen(eq=False, repr=False)
class Equation(Generic[T]):
    """form: of the unknowns; start (n,): their first values. f(v): the function on the plain values it was given.

    theta, at(v, θ): the traced ones among these, and the function with others in their places. check: to be called
    after the last f(v), see `captured`.
    """

    form: Flat[T]
    start: Array
    f: Callable[[Any], Any]
    theta: list[Any]
    at: Callable[[Any, list[Any]], Any]
    check: Callable[[], None]

    def value(self, v: Array) -> Array:
        """f of plain numbers, as SciPy wants it."""
        y: Array = self.f(v)
        refuse_escape(self.form.who, y)
        return y

    def as_it_was(self) -> Callable[[Any], Any]:
        """f for the way back, when what f holds may have been changed."""
        theta = stop_gradient(self.theta)
        return lambda v: self.at(v, theta)

    def solution(self, x: Array, r: Callable[[Any, Any], Any], solve: Callable[[], Solve]) -> T:
        """The struct of x (n,), which moves so that r(x, θ) stays 0 where anything is differentiated."""
        if not self.theta:
            return self.form.struct(x)
        return self.form.struct(implicit(self.form.who, r, x, self.theta, solve()))


def equation(who: str, f: Callable[..., Any], x0: T, args: tuple[Any, ...], *, state: bool = False) -> Equation[T]:
    """The function of structs like x0 that f(x, *args) is, with values like x0.

    who: the name of the solver, for messages. state: f gives the next x, in which whole numbers cannot change.
    """
    x0 = stop_gradient(x0)  # where the search begins has no part in where it ends
    call = captured(who, f, x0, args)
    form = flat(x0, who)

    def of(roots: list[Any], v: Any) -> Any:
        f, like, args = roots
        y = lifted_struct(f((form if like is x0 else flat(like, who)).struct(v), *args))
        if state:
            form.check_whole(y)
        return form.vector(y)

    def plain(v: Any) -> Any:
        return of(call.plain, v)

    return Equation(form, form.vector(x0), plain, call.theta, lambda v, theta: of(call.at(theta), v), call.check)
