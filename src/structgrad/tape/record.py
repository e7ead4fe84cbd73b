"""Writing steps of any kind: their edges, their outputs, and a line of the program where one is kept."""

from typing import Any

import numpy as np

from structgrad.arrays import FLOAT64
from structgrad.tape.rule import Rule
from structgrad.tape.tape import Edge, Tape
from structgrad.tape.value import Traced, TracedArray, plain, wrap
from structgrad.tape.views import note_view, shown


def written(tape: Tape, rule: Rule, edges: list[Edge], y: Any, call: Any) -> Any:
    """Write a step of any number of edges, and give its traced output."""
    return output(tape, step(tape, rule, edges), y, call)


def step(tape: Tape, rule: Rule, edges: list[Edge]) -> Any:
    """Write the edges of one step and give its slot."""
    slot = mark = tape.next()
    write = tape.write
    for parent, home, pull, kept in edges:
        write((mark, rule, parent, home, pull, *kept))
        mark = ~slot
    return slot


def output(tape: Tape, slot: Any, y: Any, call: Any) -> Any:
    """The traced output of a step, plain if it is neither real nor complex; a line of the program where it is kept."""
    t = type(y)
    if t is float or t is np.float64:
        out = Traced(y, slot, tape, ((), FLOAT64))
    else:
        out = wrap(y, slot, tape)
        if out._home[0] is not None and out._home[1].kind not in "fcO":
            return y  # whole numbers, truths and texts have no slope
        if type(out) is TracedArray and (shown(y, call[1]) or (y if t is np.ndarray else plain(y)).base is not None):
            note_view(out, call)
    if tape.program is not None:
        tape.program.append((*call, out))
    return out
