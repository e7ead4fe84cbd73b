"""A block: a function of a list of leaves whose step on the tape keeps the leaves, and runs it again to go back."""

import copy
import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from attrs import frozen

from structgrad.errors import LostGradientError, StructgradError, users_line
from structgrad.struct.walk import Nodes, build, difference, flatten, same_structure
from structgrad.tape.call import TUPLE, innermost_of_items, packed
from structgrad.tape.cotangent import accumulate
from structgrad.tape.hold import check_held, hold
from structgrad.tape.lift import lifted_struct
from structgrad.tape.record import step, written
from structgrad.tape.rule import Rule
from structgrad.tape.run import out_of, slot_in, start
from structgrad.tape.sweep import sweep
from structgrad.tape.tape import Tape
from structgrad.tape.views import as_now
from structgrad.transforms.asked import PART, Asked, asked
from structgrad.transforms.fingerprint import Fingerprint, fingerprint, matches
from structgrad.transforms.opening import hollow
from structgrad.transforms.sharing import Views, is_traced, made_anew, roots_of

Leaves = list[Any]
Call = Callable[[Leaves], Any]


class _Value(NamedTuple):
    """What the first run gave, without what it made: hollow nodes, fingerprints, how much moves, if it selects."""

    nodes: Nodes
    prints: list[Fingerprint]
    made: int
    selects: bool


class _Ways(NamedTuple):
    """The outputs of the first run: those that do not move; for the others, what they are a view of, and how."""

    outs: Leaves
    views: Views


@frozen(eq=False)
class Block:
    """again: the function, run for the pullback. noted: leaves → the line of the program, without the output.

    verify: whether the second value must have the numbers of the first.
    """

    rule: Rule
    again: Call
    noted: Call
    verify: bool

    def record(self, first: Call, leaves: Leaves) -> Any:
        """The value of the block, recorded in every run that has a value among the leaves; `first` computes it."""
        traced = [i for i, leaf in enumerate(leaves) if is_traced(leaf)]
        made, value, (outs, views) = self._recorded(first, leaves, traced)
        for i, (source, calls) in views.items():
            outs[i] = made[source] if source >= 0 else leaves[~source]
            for call, parent in calls:
                outs[i] = made_anew(call, parent, outs[i])
        return build(value.nodes, outs)

    def _recorded(self, first: Call, leaves: Leaves, traced: list[int]) -> tuple[Leaves, _Value, _Ways]:
        """What the block makes, as the innermost run sees it: a step of its own over what the run below sees."""
        tape = innermost_of_items(leaves)
        if tape is None or tape.held is None:  # forward mode and first runs keep nothing, and do not go back
            return self._run(first, leaves, traced)
        mine = [i for i in traced if slot_in(leaves[i], tape) is not None]
        low = [_kept(leaf, tape) for leaf in leaves]
        made, value, ways = self._recorded(first, low, traced)
        tape.selects |= value.selects
        if made:
            back = functools.partial(self._back, tape, low, mine, value)
            edges: list[Any] = [(packed([leaves[i] for i in mine], tape), TUPLE, back, ())]
            noted = (self.rule.function, (), {}) if tape.program is None else self.noted(leaves)
            if len(made) == 1:
                made = [written(tape, self.rule, edges, made[0], noted)]
            else:
                whole = step(tape, self.rule, edges)
                made = [written(tape, PART, [(whole, TUPLE, asked, (i,))], y, (*noted, i)) for i, y in enumerate(made)]
        return made, value, ways

    def _run(self, first: Call, leaves: Leaves, traced: list[int]) -> tuple[Leaves, _Value, _Ways]:
        """The first run, on a tape that forgets: it is there to see what moves, and to refuse what leaks later."""
        tape, _, inner, result = self._traced(first, leaves, traced, forget=True)
        found, nodes = flatten(result)
        roots, views = roots_of(found, inner, tape)
        made = [out_of(root, tape) for root in roots]
        outs = [out_of(leaf, tape) for leaf in found]
        if _runs(outs + made) - _runs(leaves):
            raise LostGradientError(
                f"{self.rule.name}, under checkpoint, uses a traced value that it was not given{users_line()}. Pass it "
                f"as an argument: checkpoint(lambda p, h: ...)(p, h); or take stop_gradient(v) if a constant is meant."
            )
        prints = [fingerprint(out, numbers=self.verify) for out in outs]
        value = _Value(hollow(nodes, len(outs)), prints, len(made), tape.selects)
        return made, value, _Ways(outs, views)

    def _traced(
        self, call: Call, leaves: Leaves, chosen: Sequence[int], *, forget: bool = False
    ) -> tuple[Tape, list[Any], Leaves, Any]:
        """Run with the chosen leaves traced: the closed tape, its edges, the leaves as they were, the result."""
        paths = [f"an argument of {self.rule.name}"] * len(chosen)
        tape, values = start(self.rule.function, [leaves[i] for i in chosen], lambda: paths)
        if forget:
            tape.write, tape.held = _forget, None
        inner = list(leaves)
        for i, value in zip(chosen, values, strict=True):
            inner[i] = value
        try:
            result = lifted_struct(call(inner))
        finally:
            edges = tape.close()
        return tape, edges, inner, result

    def _back(self, tape: Tape, low: Leaves, mine: list[int], value: _Value, g: Any) -> Leaves:
        """The cotangents of the leaves of one run: a block itself, so that higher orders keep as little."""
        gs = g.of(value.made) if type(g) is Asked else [g]
        n, selects = len(low), tape.selects

        def pull(leaves: Leaves) -> Leaves:
            return self._pull(leaves[:n], mine, value, selects, leaves[n:])

        if not any(map(is_traced, low + gs)):
            return pull(low + gs)
        rule = Rule(self.rule.function, f"the pullback of {self.rule.name}", "slope")
        block = Block(rule, pull, lambda leaves: (pull, (leaves,), {}), self.verify)
        return block.record(pull, low + gs)  # type: ignore[no-any-return]  # a list, as pull gives

    def _pull(self, low: Leaves, mine: list[int], value: _Value, selects: bool, gs: Leaves) -> Leaves:
        """Run again, and take the cotangents of what was made back to the leaves."""
        tape, edges, inner, result = self._traced(self.again, low, mine)
        outs, nodes = flatten(result)
        roots, _ = roots_of(outs, inner, tape)
        self._compare(value, outs, nodes, len(roots))
        check_held(tape.held or {})
        bars: list[Any] = [None] * tape.next()
        for root, g in zip(roots, gs, strict=True):
            if g is not None:
                bars[root._slot] = g if bars[root._slot] is None else accumulate(bars[root._slot], g)
        # A zero cotangent from outside means "not asked" inside as well, if anything outside selects.
        sweep(iter(edges.pop, None), bars, len(mine), selects=tape.selects or selects, complex_=tape.complex)
        return bars[: len(mine)]

    def _compare(self, value: _Value, outs: Leaves, nodes: Nodes, made: int) -> None:
        """Raise StructgradError unless the second value is the first."""
        if not same_structure(value.nodes, nodes):
            n = len(value.prints)
            what = difference(build(value.nodes, [0.0] * n), build(nodes, [0.0] * len(outs)))
        elif made != value.made or not all(map(matches, outs, value.prints)):
            what = "it has other numbers, shapes or dtypes"
        else:
            return
        raise StructgradError(
            f"{self.rule.name}, under checkpoint, gave another value when it was run again: {what}. It must do the "
            f"same twice: pass what it reads, random generators too, as arguments, and let it change nothing."
        )


def _forget(edge: Any) -> None:
    pass


def _runs(leaves: Leaves) -> set[int]:
    """The runs that trace these leaves, at any level."""
    found: set[int] = set()
    for leaf in leaves:
        value = leaf
        while is_traced(value):
            found.add(value._tape.id)
            value = value._value
    return found


def _kept(leaf: Any, tape: Tape) -> Any:
    """A leaf as the run below sees it now: nobody writes into it, and a random generator stands where it stands."""
    if is_traced(leaf):
        return as_now(out_of(leaf, tape))
    if type(leaf) is np.ndarray:
        kept = hold(tape, leaf)
        kept = kept.view() if kept is leaf and leaf.flags.writeable else kept
        kept.flags.writeable = False
        return kept
    return rewound(leaf)


def rewound(leaf: Any) -> Any:
    """A copy of a random generator, so that the next run draws the same numbers; any other leaf itself."""
    module = type(leaf).__module__
    return copy.deepcopy(leaf) if module == "random" or module.startswith("numpy.random.") else leaf
