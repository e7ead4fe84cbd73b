"""Formulas that step each leaf for itself: on whole leaves, in blocks that stay in the cache, on rows alone."""

import functools
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from typing import Any

import numpy as np
from attrs import field, frozen

from structgrad.errors import StructMismatchError
from structgrad.optim.apply import is_smooth, is_still, like
from structgrad.optim.optimizer import Optimizer, State
from structgrad.optim.reach import stepped
from structgrad.struct.leaf import space_of
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import Nodes, build, flatten, leaf_paths

# (gradient, param, *slots) -> (step, *slots) for one leaf; a formula gives it for the number of steps made.
Leaf = Callable[..., tuple[Any, ...]]
Formula = Callable[[int], Leaf]
# Where a formula of two slots writes them and the step, and an array to work in; None for new arrays.
Into = tuple[Any, Any, Any, Any]
NEW: Into = (None, None, None, None)

# From this size on a leaf is stepped in blocks of so many bytes: the arrays of a formula stay in the cache, and below
# the 128 KiB from which an allocator maps memory anew and faults every page of it in.
BLOCK = 128_000

# Numbers that do not mix with floats: stepped as floats, and again of their own class.
_EXACT = (Fraction, Decimal)


def zeros(p: Any) -> Any:
    """The slot of a leaf before the first step."""
    return space_of(p).zero(p)


def real_zeros(p: Any) -> Any:
    """Likewise for a slot of squares, real where the leaf is complex."""
    if isinstance(p, np.ndarray):
        return np.zeros(p.shape, p.real.dtype)
    return zeros(abs(p)) if isinstance(p, complex | np.complexfloating) else zeros(p)


@frozen
class Slot:
    """What a formula keeps for each leaf. decay: the factor by which a step without gradient changes it."""

    start: Callable[[Any], Any] = zeros
    decay: float = 1.0


def leafwise(
    name: str,
    formula: Formula,
    slots: dict[str, Slot] | None = None,
    *,
    reach: Callable[[Any], Any] | None = None,
    elementwise: bool = True,
    into: bool = False,
) -> Optimizer:
    """The optimizer that steps each leaf by a formula.

    formula: from the number n of steps made before to (gradient, param, *slots) -> (step, *slots), in plain NumPy.
    reach: what it does to marks; by default it makes steps of gradients. elementwise: each number is stepped for
    itself, so blocks and rows are. into: the formula takes `into=`, an `Into`, for real arrays of one dtype.
    """
    made = _Leafwise(name, formula, slots or {}, elementwise, into)
    reach = reach or (lambda marked: stepped(marked, name))
    return Optimizer(name, made.begin, made.advance, reach, fused=functools.partial(made.flat, moving=True))


@frozen
class _Leafwise:
    name: str
    formula: Formula
    slots: dict[str, Slot]
    elementwise: bool
    into: bool
    # Whether rows that get no gradient must catch up when they get one.
    decays: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        decays = self.elementwise and any(slot.decay != 1.0 for slot in self.slots.values())
        object.__setattr__(self, "decays", decays)

    def begin(self, params: Any) -> State[Any]:
        leaves, nodes = flatten(params)
        smooth = [is_smooth(p) for p in leaves]
        self._check(leaves, params)

        def slot(start: Callable[[Any], Any]) -> Any:
            return build(nodes, [start(p) if s else p for p, s in zip(leaves, smooth, strict=True)])

        slots = {key: slot(one.start) for key, one in self.slots.items()}
        if not self.decays:
            return State(0, slots)
        return State(
            0,
            slots,
            touched=[_never(p) if s else 0 for p, s in zip(leaves, smooth, strict=True)],
            swept=[0] * len(leaves),
        )

    def _check(self, leaves: Sequence[Any], params: Any) -> None:
        for i, p in enumerate(leaves):
            if is_smooth(p) and not isinstance(p, Number | np.ndarray):
                raise StructMismatchError(
                    f"{self.name} cannot step {leaf_paths(params)[i] or 'the params'}, a {type(p).__qualname__}: it "
                    f"needs a number or an array"
                )

    def advance(self, grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        """The steps, and the state after them."""
        return self.flat(flatten(grad)[0], *flatten(params), state, inplace, moving=False)

    def flat(
        self, gs: list[Any], ps: list[Any], nodes: Nodes, state: State[Any], inplace: bool, *, moving: bool
    ) -> tuple[Any, State[Any]]:
        """The steps, or where they lead, and the state after them, from leaves."""
        columns = [flatten(slot)[0] for slot in state.slots.values()]
        if self.decays:
            columns += [state.touched, state.swept]
        if any(len(column) != len(ps) for column in columns) or len(state.slots) != len(self.slots):
            raise _other_params(self.name)
        n, leaf = state.count, self.formula(state.count)
        ends: list[Any] = []
        after: list[list[Any]] = [[] for _ in columns]
        for g, p, *row in zip(gs, ps, *columns, strict=True):
            if is_smooth(p) and not is_still(g):
                end, *made = self._leaf(leaf, g, p, row, n, inplace, moving)
            else:
                end, made = p if moving else g if is_smooth(p) else space_of(p).zero(p), row
            ends.append(end)
            for column, slot in zip(after, made, strict=True):
                column.append(slot)
        late = after[len(state.slots) :] or [[], []]
        slots = {key: build(nodes, column) for key, column in zip(state.slots, after, strict=False)}
        return build(nodes, ends), State(n + 1, slots, touched=late[0], swept=late[1])

    def _leaf(self, leaf: Leaf, g: Any, p: Any, row: list[Any], n: int, inplace: bool, moving: bool) -> Any:
        """Where one leaf goes, and its slots."""
        kept, late = (row[:-2], row[-2:]) if self.decays else (row, [])
        if type(p) is np.ndarray:
            for s in kept:
                if self.elementwise and s.shape != p.shape:
                    raise _other_params(self.name)
        if type(g) is SparseRows:
            if self.elementwise:
                return self._rows(leaf, g, p, kept, late, n, inplace, moving)
            g = g.dense()
        if late:
            if late[1] != n:  # some steps since the last whole one were by rows
                kept = [self._caught_up(s, slot, late, n) for s, slot in zip(kept, self.slots.values(), strict=True)]
            late = [late[0], n + 1]
        if type(p) is np.ndarray and p.nbytes > BLOCK and self.elementwise:
            return *in_blocks(leaf, [g, p, *kept], inplace=inplace, moving=moving, into=self.into), *late
        step, *kept = leaf(g, p, *kept) if type(p) not in _EXACT else _of_floats(leaf, g, p, *kept)
        if type(p) is np.ndarray and inplace and moving:
            end = np.add(p, step, out=p)
        else:
            end = like(p, p + step if moving else step)
        return end, *[like(s, x) for s, x in zip(row, kept, strict=False)], *late

    def _rows(
        self, leaf: Leaf, g: SparseRows, p: Any, kept: list[Any], late: list[Any], n: int, inplace: bool, moving: bool
    ) -> Any:
        """Where the rows that have a gradient go. The slots of the others stay; when their turn comes, they decay by
        all the steps that they missed, so that they are what whole steps would have made of them.
        """
        g = g.summed()
        rows = g.rows
        parts = [s[rows] for s in kept]
        if late:
            missed = self._missed(late[0][rows], late[1], n, p.ndim)
            decays = [slot.decay for slot in self.slots.values()]
            parts = [s * d**missed for s, d in zip(parts, decays, strict=True)]
        here = p[rows]
        step, *made = leaf(g.values, here, *parts)
        kept = [_written(s, rows, values, inplace) for s, values in zip(kept, made, strict=True)]
        late = [_written(late[0], rows, n + 1, inplace), late[1]] if late else []
        end = _written(p, rows, here + step, inplace) if moving else g.with_values(like(p, step))
        return end, *kept, *late

    def _caught_up(self, s: Any, slot: Slot, late: list[Any], n: int) -> Any:
        return s * slot.decay ** self._missed(late[0], late[1], n, s.ndim)

    def _missed(self, touched: Any, swept: int, n: int, rank: int) -> Any:
        """The steps that rows missed since they were last touched, as a column beside them."""
        return (n - np.maximum(touched, swept)).reshape(-1, *(1,) * (rank - 1))


def _of_floats(leaf: Leaf, g: Any, p: Any, *kept: Any) -> Any:
    step, *made = leaf(*map(float, (g, p, *kept)))
    return like(p, step), *made


def _other_params(name: str) -> StructMismatchError:
    return StructMismatchError(f"this state of {name} belongs to other params: use opt.init(params)")


def _written(whole: Any, rows: Any, values: Any, inplace: bool) -> Any:
    if not inplace:
        whole = whole.copy()
    whole[rows] = values
    return whole


def _never(p: Any) -> Any:
    """For each row of an array the number of steps after the last that touched it; 0, as none has."""
    return np.zeros(p.shape[0], np.int32) if isinstance(p, np.ndarray) and p.ndim else 0


def in_blocks(leaf: Leaf, arrays: list[Any], *, inplace: bool, moving: bool, into: bool = False) -> list[Any]:
    """The leaf formula, block by block over arrays of one shape.

    arrays: gradient, param and slots. Returns where the param goes (moving) or its step, and the slots.
    """
    writes = [inplace and moving, *(inplace for _ in arrays[2:])]
    outs = [
        x if write and x.flags.c_contiguous else np.empty(x.shape, x.dtype)
        for x, write in zip(arrays[1:], writes, strict=True)
    ]
    flat = [x.reshape(-1) for x in arrays]
    ends = [out.reshape(-1) for out in outs]
    n, dtype = flat[1].size, arrays[1].dtype
    into = into and dtype.kind == "f" and all(x.dtype == dtype for x in arrays)
    size = (2 * BLOCK if into else BLOCK) // dtype.itemsize  # what allocates nothing has no pages to fault in
    space = np.empty((2, min(size, n) if into else 0), dtype)
    for start in range(0, n, size):
        part = slice(start, start + size)
        here, to = flat[1][part], [end[part] for end in ends]
        places: Any = {}
        if into:
            places["into"] = (to[1], to[2], *space[:, : len(here)])
        step, *made = leaf(flat[0][part], here, *[x[part] for x in flat[2:]], **places)
        if moving:
            np.add(here, step, to[0])
        else:
            to[0][...] = step
        for end, values in zip(to[1:], made, strict=True):
            if values is not end:
                end[...] = values
    return outs
