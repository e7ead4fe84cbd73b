"""The loop: states of a descent, one for each step, as an iterator that can be left, stopped and taken up again."""

import collections
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import Any, TypeVar, TypeVarTuple, overload

from attrs import evolve

from structgrad.arrays import ScalarLike
from structgrad.optim.bar import bar, injected, tqdm_for
from structgrad.optim.batching import Batches, Mapped
from structgrad.optim.descent import Descent, first
from structgrad.optim.held_out import Judge, copied
from structgrad.optim.interrupt import undisturbed
from structgrad.optim.not_finite import refuse_wild
from structgrad.optim.optimizer import Optimizer

T = TypeVar("T")
X = TypeVar("X")
Ts = TypeVarTuple("Ts")


@overload
def descend(
    loss: Callable[[T, *Ts], ScalarLike],
    params: T,
    batches: Iterable[tuple[*Ts]],
    opt: Optimizer,
    /,
    *,
    held_out: Callable[[T], float] | None = None,
    every: int | None = None,
    patience: int | None = 10,
    start: Descent[T] | str | os.PathLike[str] | None = None,
    inplace: bool = False,
    sparse: bool = False,
    progress: bool | None = None,
) -> Iterator[Descent[T]]: ...
@overload
def descend(
    loss: Callable[[T, X], ScalarLike],
    params: T,
    batches: Iterable[X],
    opt: Optimizer,
    /,
    *,
    held_out: Callable[[T], float] | None = None,
    every: int | None = None,
    patience: int | None = 10,
    start: Descent[T] | str | os.PathLike[str] | None = None,
    inplace: bool = False,
    sparse: bool = False,
    progress: bool | None = None,
) -> Iterator[Descent[T]]: ...
def descend(
    loss: Callable[..., Any],
    params: Any,
    batches: Iterable[Any],
    opt: Optimizer,
    /,
    *,
    held_out: Callable[[Any], float] | None = None,
    every: int | None = None,
    patience: int | None = 10,
    start: Descent[Any] | str | os.PathLike[str] | None = None,
    inplace: bool = False,
    sparse: bool = False,
    progress: bool | None = None,
) -> Iterator[Descent[Any]]:
    """The states of a descent, lazily: one after each step, by the gradient of `loss(params, *batch)`.

    batches: any iterable; a plain tuple is the arguments of the loss behind params, anything else its one argument.
    A loss without data takes `itertools.repeat((), 1000)`.

    held_out: the loss on data held out, as a function of params. It is asked before the first step and then every
    `every` steps (None: once an epoch of `batches(...)`, every 100 steps of anything else); after `patience` answers in
    a row without a lower one, the loop ends (None: never). However it ends, `best` of the last state are the params
    with the least, and the last state is where to go on.

    Ctrl-C while a step is computed ends the loop; the state that was reached is the last. It strikes as usual in the
    body of your own loop. At least one state comes: `start`, where no step is left to make.

    start: a state to go on from, or the file where it was saved; its numbers replace those of params. Given the same
    batches, all that follows is what it would have been, to the bit. Batches from `batches(...)` are taken up where
    they were; of any other iterable the first `step` items are drawn and dropped. For other data,
    `attrs.evolve(state, step=0)`. Arrays are laid out in C order, for their layout would change the last bits.

    inplace: write into the arrays of params, which are yours no more; each state is overwritten by the next, only
    `best` is not. sparse: rows of tables get `SparseRows`. progress: None shows a bar where stderr is a terminal.

    NotFiniteError, before a step is made by it, tells where a NaN or an inf came from; the state before is the last.
    StructMismatchError if start has another structure, or its batches another order.

    >>> import numpy as np
    >>> from structgrad import optim
    >>> x = np.linspace(0.0, 1.0, 20)
    >>> data = optim.batches(x, 3.0 * x, size=5, epochs=25)
    >>> for now in optim.descend(lambda w, x, y: np.mean((w * x - y) ** 2), 0.0, data, optim.sgd(0.5)):
    ...     pass
    >>> now.step, round(now.params, 3)
    (100, 3.0)
    """
    judge = Judge(held_out, _epoch(batches) if every is None else every, patience)
    now = first(params, opt, batches, start, judged=held_out is not None)
    if inplace and now.held_out is not None:  # its arrays may be those of params
        now = evolve(now, held_out=evolve(now.held_out, best=copied(now.held_out.best)))
    gradient = _gradient(loss, opt, sparse)
    return _states(now, gradient, batches, opt, judge, tqdm_for(progress), inplace=inplace)


def _gradient(loss: Callable[..., Any], opt: Optimizer, sparse: bool) -> Callable[..., tuple[float, Any]]:
    """A function from a state and a batch to the loss and its gradient, both finite."""
    backprop = opt.backprop(loss, sparse=sparse)

    def gradient(now: Descent[Any], item: Any) -> tuple[float, Any]:
        batch = item if type(item) is tuple else (item,)
        value, grad = backprop(now.params, *batch)
        refuse_wild(value, grad, now.step, loss, now.params, batch)
        return float(value), grad

    return gradient


def _states(
    now: Descent[Any],
    gradient: Callable[[Descent[Any], Any], tuple[float, Any]],
    batches: Iterable[Any],
    opt: Optimizer,
    judge: Judge[Any],
    tqdm: Any,
    *,
    inplace: bool,
) -> Iterator[Descent[Any]]:
    given = None  # the last state that was yielded
    rates = injected(now.state)
    try:
        with bar(tqdm, _total(batches), now.step) as show:
            now = _judged(now, judge, inplace)
            for item in () if judge.has_enough(now.held_out) else _after(batches, now.step):
                value, grad = gradient(now, item)
                with undisturbed() if inplace else nullcontext():
                    params, state = opt.step(now.params, grad, now.state, inplace=inplace)
                    now = Descent(params, state, value, now.step + 1, now.held_out, now.order)
                now = _judged(now, judge, inplace)
                show({"loss": value} | _known(now) | rates)
                yield now
                given = now
                if judge.has_enough(now.held_out):
                    break
    except KeyboardInterrupt:
        pass  # where a step was made since the last state, it is not lost
    if given is not now:
        yield now


def _judged(now: Descent[Any], judge: Judge[Any], inplace: bool) -> Descent[Any]:
    known = judge.judged(now.params, now.step, now.held_out, copy=inplace)
    return now if known is now.held_out else evolve(now, held_out=known)


def _known(now: Descent[Any]) -> dict[str, float]:
    return {} if now.held_out is None else {"held out": now.held_out.value}


def _after(batches: Iterable[Any], n: int) -> Iterator[Any]:
    """The batches that follow the first n. ValueError if there are not so many, or none at all."""
    if isinstance(batches, Batches | Mapped):
        return batches.after(n)
    items = iter(batches)
    passed = sum(1 for _ in itertools.islice(items, n))
    if passed < n:
        raise ValueError(f"start has made {n} steps, and there are only {passed} batches: give it those it began with")
    following = list(itertools.islice(items, 1))
    if not following and not n:
        raise ValueError("there is no batch to step by: an iterator can be used once, batches(...) again and again")
    return itertools.chain(following, items)


def _epoch(batches: Any) -> int:
    """After how many steps the held-out loss is asked, where nobody said."""
    return batches.in_epoch if isinstance(batches, Batches | Mapped) else 100


def _total(batches: Any) -> int | None:
    try:
        return len(batches)
    except TypeError:
        return None


def last(states: Iterable[Descent[T]], /) -> Descent[T]:
    """The last state of a descent, which runs to its end; none before it is kept. ValueError if there is none.

    >>> import itertools
    >>> from structgrad import optim
    >>> optim.last(optim.descend(lambda w: w**2, 1.0, itertools.repeat((), 3), optim.sgd(0.25))).params
    0.125
    """
    kept = collections.deque(states, maxlen=1)
    if not kept:
        raise ValueError("last got no state at all: was the iterator used up before?")
    return kept[0]
