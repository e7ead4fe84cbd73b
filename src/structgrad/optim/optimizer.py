"""An optimizer: a pair of pure functions over structs, and the door where gradients and states are checked."""

from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import numpy as np
from attrs import field, frozen

from structgrad.arrays import ScalarLike
from structgrad.errors import StructMismatchError
from structgrad.optim.apply import moved, writable
from structgrad.optim.reach import checked, frozen_steps, marks
from structgrad.struct.leaf import space_of
from structgrad.struct.optics.foci import Optic
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import Nodes, difference, flatten, leaf_paths, same_structure
from structgrad.transforms.grad import backprop
from structgrad.transforms.stop import stop_gradient

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type


@frozen
class State(Generic[T]):
    """What an optimizer remembers between two steps: a struct itself, to be saved and loaded as params are.

    count: steps made. slots: what is kept for each leaf, by name, each shaped like the params. inner: the states of
    the optimizers inside. numbers: what `inject` lets you change. touched, swept: for each leaf, at which count each of
    its rows was last stepped by `SparseRows`, and at which the whole.
    """

    count: int = 0
    slots: dict[str, T] = field(factory=dict)
    inner: "tuple[State[Any], ...]" = ()
    numbers: dict[str, float] = field(factory=dict)
    touched: list[Any] = field(factory=list)
    swept: list[int] = field(factory=list)


@frozen(repr=False)
class Optimizer:
    """A pair of pure functions, `init(params)` and `update(grad, state, params)`.

    begin: params -> State. advance: (gradient, state, params, inplace) -> (step, State), unchecked. reach: what it
    turns into steps, see `optim.reach`. frozen: the parts it must not change. fused: (leaves of the gradient, leaves
    and nodes of the params, State, inplace) -> (params a step on, State); where it is missing the step is added.

    >>> from structgrad import optim
    >>> opt = optim.sgd(0.5)
    >>> params = {"w": 2.0, "name": "line"}
    >>> opt.step(params, {"w": 3.0, "name": "line"}, opt.init(params))[0]
    {'w': 0.5, 'name': 'line'}
    """

    name: str
    begin: Callable[[Any], State[Any]]
    advance: Callable[[Any, State[Any], Any, bool], tuple[Any, State[Any]]]
    reach: Callable[[Any], Any]
    frozen: tuple[Optic[Any, Any], ...] = ()
    fused: Callable[[list[Any], list[Any], Nodes, State[Any], bool], tuple[Any, State[Any]]] | None = None

    def init(self, params: T, /) -> State[T]:
        """The state before the first step. StructMismatchError names a leaf that nothing steps, or that two would."""
        checked(self.reach(marks(params)), params, self.name)
        return self.begin(params)

    def update(self, grad: T, state: State[T], params: T, /) -> tuple[T, State[T]]:
        """The step, to be added to the params, and the next state. StructMismatchError if grad is not like params."""
        _check(grad, state, params)
        step, after = self.advance(frozen_steps(grad, self.frozen), state, params, False)
        return frozen_steps(step, self.frozen), after

    def step(self, params: T, grad: T, state: State[T], /, *, inplace: bool = False) -> tuple[T, State[T]]:
        """The params one step on, and the next state.

        inplace: write into the arrays of params and state, which are then yours no more: the memory of a large
        model once, and a step by `SparseRows` that costs what its rows cost. Else nothing that you hold is changed.
        StructMismatchError, before anything is written, if grad is not like params.
        """
        gs, ps, nodes = _check(grad, state, params)
        if self.frozen:
            grad = frozen_steps(grad, self.frozen)
            gs = flatten(grad)[0]
        if inplace:
            writable(params, ps, gs)
        if self.fused and not self.frozen:
            return self.fused(gs, ps, nodes, state, inplace)
        step, after = self.advance(grad, state, params, inplace)
        return moved(params, frozen_steps(step, self.frozen), inplace=inplace), after

    def backprop(
        self, loss: Callable[Concatenate[T, P], ScalarLike], /, *, sparse: bool = False
    ) -> Callable[Concatenate[T, P], tuple[float, T]]:
        """The value and gradient of a loss, without running the pullbacks of parts that are frozen."""

        def held(params: T, /, *args: P.args, **kwargs: P.kwargs) -> ScalarLike:
            for optic in self.frozen:
                params = optic.over(params, stop_gradient)
            return loss(params, *args, **kwargs)

        return backprop(held if self.frozen else loss, sparse=sparse)

    def __repr__(self) -> str:
        return self.name


def _check(grad: Any, state: Any, params: Any) -> tuple[list[Any], list[Any], Nodes]:
    """The leaves of both, and the nodes of params. Raise unless grad has the structure and the shapes of params."""
    if not isinstance(state, State):
        raise TypeError(f"the state must come from init(params), and is a {type(state).__qualname__}")
    gs, g_nodes = flatten(grad)
    ps, p_nodes = flatten(params)
    if not same_structure(p_nodes, g_nodes):
        raise StructMismatchError(f"the gradient is not shaped like the params: {difference(params, grad)}")
    for i, (g, p) in enumerate(zip(gs, ps, strict=True)):
        if type(g) is type(p) and (type(p) is float or (type(p) is np.ndarray and p.shape == g.shape)):
            continue
        shape = getattr(p, "shape", ())
        if getattr(g, "shape", ()) != shape:
            found = getattr(g, "shape", ())
            raise StructMismatchError(
                f"the gradient at {leaf_paths(params)[i] or 'the params'} has shape {found}, and the params have "
                f"{shape}; nothing is broadcast here"
            )
        if type(g) is not type(p) and type(g) is not SparseRows and space_of(p).role == "smooth" != space_of(g).role:
            raise StructMismatchError(
                f"the gradient at {leaf_paths(params)[i] or 'the params'} is a {type(g).__qualname__}, "
                f"and the params have a {type(p).__qualname__}"
            )
    return gs, ps, p_nodes
