"""The algebra: chains of optimizers, optimizers for parts, and what stays as it is."""

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import evolve

from structgrad.errors import NoFocusError, StructMismatchError
from structgrad.optim.optimizer import Optimizer, State
from structgrad.optim.reach import frozen_marks
from structgrad.struct.optics.foci import Optic
from structgrad.struct.walk import build, flatten

T = TypeVar("T")


def chain(*links: Optimizer) -> Optimizer:
    """What comes out of one link goes into the next: first what changes gradients, then a method for each leaf.

    Parts that a link freezes are frozen for all, wherever it stands.

    >>> from structgrad import optim
    >>> opt = optim.chain(optim.clip(1.0), optim.sgd(0.5))
    >>> opt.step(3.0, 8.0, opt.init(3.0))[0]
    2.5
    """

    def begin(params: Any) -> State[Any]:
        return State(inner=tuple(link.begin(params) for link in links))

    def check(state: State[Any]) -> None:
        if len(state.inner) != len(links):
            raise StructMismatchError(f"this state is of {len(state.inner)} links, and {opt} has {len(links)}")

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        check(state)
        after = []
        for link, inner in zip(links, state.inner, strict=True):
            grad, new = link.advance(grad, inner, params, inplace)
            after.append(new)
        return grad, State(state.count + 1, inner=tuple(after))

    def reach(marked: Any) -> Any:
        for link in links:
            marked = link.reach(marked)
        return marked

    def fused(gs: Any, ps: Any, nodes: Any, state: State[Any], inplace: bool) -> tuple[Any, State[Any]]:
        check(state)
        grad, before = first.advance(build(nodes, gs), evolve(state, inner=state.inner[:-1]), build(nodes, ps), inplace)
        after, last = links[-1].fused(flatten(grad)[0], ps, nodes, state.inner[-1], inplace)  # type: ignore[misc]  # pyright: ignore[reportOptionalCall]  # asked below
        return after, evolve(before, inner=(*before.inner, last))

    name = f"chain({', '.join(link.name for link in links)})"
    frozen = tuple(optic for link in links for optic in link.frozen)
    opt = Optimizer(name, begin, advance, reach, frozen, fused if links and links[-1].fused else None)
    first = chain(*links[:-1]) if opt.fused else opt
    return opt


def at(optic: Optic[T, Any], method: Optimizer, /) -> Optimizer:
    """The optimizer for a part: what the optic finds, each focus for itself; what it does not find goes through.

    A chain of several gives each group of parameters a method of its own. `init` raises StructMismatchError for a leaf
    that no method of the chain reaches, and NoFocusError where the optic finds nothing.

    >>> import structgrad as sg
    >>> from structgrad import optim
    >>> w, b = sg.lens(dict, lambda d: d["w"]), sg.lens(dict, lambda d: d["b"])
    >>> opt = optim.chain(optim.at(w, optim.sgd(0.5)), optim.at(b, optim.sgd(0.25)))
    >>> params = {"w": 1.0, "b": 1.0}
    >>> opt.step(params, {"w": 1.0, "b": 1.0}, opt.init(params))[0]
    {'w': 0.5, 'b': 0.75}
    """
    name = f"at({optic!r}, {method})"

    def begin(params: Any) -> State[Any]:
        foci = optic.to_list(params)
        if not foci:
            raise NoFocusError(f"{name}: {optic!r} finds nothing in these params")
        return State(inner=tuple(method.begin(focus) for focus in foci))

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        gs, ps = optic.to_list(grad), optic.to_list(params)
        if len(ps) != len(state.inner):
            raise StructMismatchError(f"{name} had {len(state.inner)} foci at init, and has {len(ps)} in these params")
        steps, after = [], []
        for g, inner, p in zip(gs, state.inner, ps, strict=True):
            step, new = method.advance(g, inner, p, inplace)
            steps.append(step)
            after.append(new)
        return optic.put_all(grad, steps), State(state.count + 1, inner=tuple(after))

    def reach(marked: Any) -> Any:
        return optic.put_all(marked, [method.reach(focus) for focus in optic.to_list(marked)])

    frozen: tuple[Any, ...] = tuple(_joined(optic, inner) for inner in method.frozen)
    return Optimizer(name, begin, advance, reach, frozen)


def _joined(outer: Any, inner: Any) -> Any:
    return outer >> inner


def freeze(optic: Optic[T, Any], /) -> Optimizer:
    """The part of a chain that keeps what the optic finds as it is: not a bit of it changes, in any place of the chain.

    `opt.backprop(loss)` does not run the pullbacks of frozen parts.

    >>> import structgrad as sg
    >>> from structgrad import optim
    >>> opt = optim.chain(optim.freeze(sg.lens(dict, lambda d: d["b"])), optim.sgd(0.5))
    >>> params = {"w": 1.0, "b": 1.0}
    >>> opt.step(params, {"w": 1.0, "b": 1.0}, opt.init(params))[0]
    {'w': 0.5, 'b': 1.0}
    """

    def begin(params: Any) -> State[Any]:
        if not optic.to_list(params):
            raise NoFocusError(f"freeze({optic!r}) finds nothing in these params")
        return State()

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        return grad, evolve(state, count=state.count + 1)

    def reach(marked: Any) -> Any:
        return optic.over(marked, frozen_marks)

    return Optimizer(f"freeze({optic!r})", begin, advance, reach, (optic,))


def inject(make: Callable[..., Optimizer], /, **numbers: float) -> Optimizer:
    """The optimizer `make(**numbers)`, whose numbers stand in the state and are changed by `change(state, ...)`.

    >>> from structgrad import optim
    >>> opt = optim.inject(optim.sgd, rate=0.5)
    >>> state = optim.change(opt.init(1.0), rate=0.25)
    >>> opt.step(1.0, 1.0, state)[0]
    0.75
    """
    first = make(**numbers)

    def begin(params: Any) -> State[Any]:
        return State(inner=(first.begin(params),), numbers=dict(numbers))

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        step, after = make(**state.numbers).advance(grad, state.inner[0], params, inplace)
        return step, State(state.count + 1, {}, (after,), state.numbers)

    name = f"inject({first}, {', '.join(f'{key}={value!r}' for key, value in numbers.items())})"
    return Optimizer(name, begin, advance, first.reach, first.frozen)


def change(state: State[T], /, **numbers: float) -> State[T]:
    """The state with other numbers in place of those of `inject`, wherever in a chain it stands.

    numbers: by the names given to `inject`. KeyError for a name that the state does not have.

    >>> from structgrad import optim
    >>> state = optim.chain(optim.clip(1.0), optim.inject(optim.sgd, rate=0.5)).init(1.0)
    >>> optim.change(state, rate=0.25).inner[1].numbers
    {'rate': 0.25}
    """
    states = _inside(state)
    known = {key for each in states for key in each.numbers}
    if odd := numbers.keys() - known:
        has = f"it has {', '.join(sorted(known))}" if known else "no optimizer in it is made by inject"
        raise KeyError(f"the state has no number {min(odd)!r} to change: {has}")
    changed: dict[int, State[Any]] = {}
    for each in reversed(states):  # the inner ones first
        mine = {key: numbers.get(key, value) for key, value in each.numbers.items()}
        inner = tuple(changed[id(one)] for one in each.inner)
        changed[id(each)] = evolve(each, inner=inner, numbers=mine)
    return changed[id(state)]


def _inside(state: State[Any]) -> list[State[Any]]:
    """The state and all inside, each before those inside it."""
    found, i = [state], 0
    while i < len(found):
        found.extend(found[i].inner)
        i += 1
    return found
