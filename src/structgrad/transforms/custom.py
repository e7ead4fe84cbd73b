"""`op`: a function that brings its own derivative."""

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, NamedTuple, Never, ParamSpec, TypeVar, TypeVarTuple, overload

import numpy as np

from structgrad.errors import CotangentError, RuleError, users_line
from structgrad.native import native
from structgrad.struct.leaf import space_of
from structgrad.struct.walk import Nodes, build, difference, flatten, same_structure
from structgrad.tape.call import PACK, TUPLE, has_slope, innermost, packed, unpacked
from structgrad.tape.lift import lifted_struct
from structgrad.tape.record import written
from structgrad.tape.rule import Rule
from structgrad.tape.run import out_of, slot_in
from structgrad.tape.tape import Edge, Tape
from structgrad.transforms.vjp import seed

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
Ts = TypeVarTuple("Ts")


@overload
def op(fn: Callable[Concatenate[A, P], tuple[R, Callable[[R], A]]], /) -> Callable[Concatenate[A, P], R]: ...  # type: ignore[overload-overlap]  # the most specific one comes first
@overload
def op(  # type: ignore[overload-overlap]  # as above
    fn: Callable[Concatenate[A, B, P], tuple[R, Callable[[R], tuple[A | None, B | None]]]], /
) -> Callable[Concatenate[A, B, P], R]: ...
@overload
def op(  # type: ignore[overload-overlap]  # as above
    fn: Callable[Concatenate[A, B, C, P], tuple[R, Callable[[R], tuple[A | None, B | None, C | None]]]], /
) -> Callable[Concatenate[A, B, C, P], R]: ...
@overload
def op(fn: Callable[[*Ts], tuple[R, Callable[[R], tuple[*Ts]]]], /) -> Callable[[*Ts], R]: ...
@overload
def op(fn: Callable[P, tuple[R, None]], /) -> Callable[P, R]: ...
@overload
def op(fn: Callable[..., tuple[Any, Callable[..., Never]]], /) -> Any: ...  # a pullback annotated with Any
def op(fn: Callable[..., Any], /) -> Callable[..., Any]:
    """A function with a derivative of its own, from one that returns `(value, pullback)`.

    fn runs on plain values, so anything may happen in it. Its pullback takes a cotangent shaped like the value
    and returns the cotangent of the first argument, or a tuple with those of the first n; the other arguments,
    and all keywords, are not differentiated. Arguments and value may be any structs. None stands for "not
    differentiated by this argument"; in place of the whole pullback it makes an op that cannot be differentiated.
    The op differentiates to any order as far as NumPy's functions in pullback do. Plain arguments give the
    plain value. CotangentError names op and path if the pullback returns another structure or shape;
    RuleError if fn returns no such pair, or if an argument without a cotangent is being differentiated.

    >>> import numpy as np, structgrad as sg
    >>> @sg.op
    ... def softplus(x: float) -> tuple[float, Callable[[float], float]]:
    ...     y = np.logaddexp(0.0, x)
    ...     return y, lambda g: g * np.exp(x - y)
    >>> sg.grad_bp(lambda x: 4.0 * softplus(x), 0.0)
    2.0
    """
    rule = Rule(fn, getattr(fn, "__name__", "op"), "slope")

    @functools.wraps(fn)
    def applied(*args: Any, **kwargs: Any) -> Any:
        if native is not None and not kwargs:
            done = native.apply(rule, rule.name, fn, applied, args)
            if done is not NotImplemented:
                return done
        parts = [flatten(arg) for arg in args]
        tape = innermost([leaf for leaves, _ in parts for leaf in leaves])
        if kwargs and innermost(flatten(list(kwargs.values()))[0]) is not None:
            raise RuleError(
                f"a keyword argument of the op {rule.name} is being differentiated{users_line()}. "
                f"What an op differentiates comes first, by position."
            )
        if tape is None:
            return _pair(rule.name, fn(*args, **kwargs))[0]
        return _Application(rule, applied, args, kwargs, parts, tape).record()

    return applied


class _Application(NamedTuple):  # made at every use, and cheaper to make than a frozen class
    """One use of an op in a run."""

    rule: Rule
    applied: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parts: list[tuple[list[Any], Nodes]]  # leaves and nodes of each argument
    tape: Tape

    def record(self) -> Any:
        """Run the op one level down and write the step."""
        lowered = [[out_of(leaf, self.tape) for leaf in leaves] for leaves, _ in self.parts]
        low = [build(nodes, leaves) for leaves, (_, nodes) in zip(lowered, self.parts, strict=True)]
        return self.written(low, lowered, *self._below(low, lowered))

    def written(self, low: list[Any], lowered: list[list[Any]], value: Any, pull: Callable[[Any], Any]) -> Any:
        """Write the step, whatever struct the value is, and give its traced outputs. low: the arguments below."""
        outs, out_nodes = flatten(value)
        mine = [leaf for leaves, _ in self.parts for leaf in leaves if slot_in(leaf, self.tape) is not None]
        blank = [None if has_slope(out) else space_of(out).zero(out) for out in outs]

        def back(g: Any) -> list[Any]:
            parts = [g] if has_slope_alone else list(g)
            filled = [_fresh(part) if zero is None else zero for part, zero in zip(parts, blank, strict=True)]
            return self.cotangents(low, lowered, pull(build(out_nodes, filled)))

        has_slope_alone = len(outs) == 1 and blank[0] is None
        edges: list[Edge] = [(packed(mine, self.tape), TUPLE, back, ())]
        noted = (self.applied, self.args, self.kwargs)
        if has_slope_alone:
            return build(out_nodes, [written(self.tape, self.rule, edges, outs[0], noted)])
        return build(out_nodes, unpacked(self.tape, self.rule, edges, outs, noted))

    def _below(self, low: list[Any], lowered: list[list[Any]]) -> tuple[Any, Callable[[Any], Any]]:
        """Value and pullback one level down. Where outer runs trace these values too, they see the op as well.

        Their view of the value comes from the op's own derivative; the pullback is made when it is wanted, from
        the traced values, so that it can be differentiated in its turn.
        """
        fn, name = self.rule.function, self.rule.name
        if innermost([leaf for leaves in lowered for leaf in leaves]) is not None:
            return self.applied(*low, **self.kwargs), functools.partial(_later, name, fn, low, self.kwargs)
        return _pair(name, fn(*low, **self.kwargs))

    def cotangents(self, low: list[Any], lowered: list[list[Any]], given: Any) -> list[Any]:
        """What the pullback returned, checked, as one cotangent for each traced leaf."""
        cotangents = _by_argument(low, given)
        if len(cotangents) > len(low):
            raise RuleError(
                f"the pullback of the op {self.rule.name} returns {len(cotangents)} cotangents for {len(low)} arguments"
            )
        found: list[Any] = []
        for k, (leaves, nodes) in enumerate(self.parts):
            traced = [i for i, leaf in enumerate(leaves) if slot_in(leaf, self.tape) is not None]
            if not traced:
                continue
            if k >= len(cotangents) or cotangents[k] is None:
                raise RuleError(
                    f"argument {k} of the op {self.rule.name} is being differentiated, but its pullback gives no "
                    f"cotangent for it. Return one; zero(argument) where the gradient is 0; or pass stop_gradient(v)."
                )
            found += self._leaves(k, low[k], lowered[k], cotangents[k], traced, nodes)
        return found

    def _leaves(
        self, k: int, arg: Any, leaves: list[Any], cotangent: Any, traced: list[int], nodes: Nodes
    ) -> list[Any]:
        parts, part_nodes = flatten(cotangent)
        if not same_structure(nodes, part_nodes):
            cotangent = lifted_struct(cotangent)  # np.full(n, g), and whatever else NumPy makes without asking
            parts, part_nodes = flatten(cotangent)
        whose = f"what the pullback of the op {self.rule.name} returns for argument {k}"
        if not same_structure(nodes, part_nodes):
            raise CotangentError(f"{whose} is not shaped like the argument: {difference(arg, cotangent)}")
        return [seed(parts[i], leaves[i], arg, i, whose) for i in traced]


def _pair(name: str, returned: Any) -> tuple[Any, Callable[[Any], Any]]:
    """(value, pullback) as an op must return it."""
    if type(returned) is not tuple or len(returned) != 2 or not (returned[1] is None or callable(returned[1])):
        raise RuleError(f"the op {name} must return (value, pullback), not {returned!r:.60}")
    if returned[1] is None:
        return returned[0], functools.partial(_no_pullback, name)
    return returned


def _later(name: str, fn: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], g: Any) -> Any:
    """The pullback of values that outer runs trace, made when it is wanted."""
    return _pair(name, fn(*args, **kwargs))[1](g)


def _no_pullback(name: str, g: Any) -> Any:
    raise RuleError(f"the op {name} was declared without a pullback, and its gradient is needed")


def _by_argument(low: Sequence[Any], given: Any) -> Sequence[Any]:
    """One cotangent for each of the first arguments; a bare one belongs to the first."""
    if type(given) is not tuple:
        return [given]
    if type(low[0]) is tuple and same_structure(flatten(low[0])[1], flatten(given)[1]):
        return [given]  # the first argument is a tuple, and this is its cotangent
    return given


def _fresh(g: Any) -> Any:
    """A cotangent that the pullback may write into."""
    return g.copy() if type(g) is np.ndarray else g


if native is not None:
    native.connect_op(_Application, _pair, PACK, TUPLE, operator.getitem)
