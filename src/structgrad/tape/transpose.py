"""The transpose of a pullback: how forward mode has every rule that says nothing of tangents.

A pullback is linear in its cotangent, so its own vjp, taken anywhere, is its transpose: the pushforward.
"""

from typing import Any

import numpy as np

from structgrad.tape.cotangent import accumulate, conjugate, dense, settle
from structgrad.tape.run import slot_in
from structgrad.tape.sweep import sweep
from structgrad.tape.tape import Home, Tape
from structgrad.tape.value import wrap


def transposed(pull: Any, kept: Any, turned: bool, home: Any, home_in: Any, t: Any) -> Any:
    """What a tangent becomes along an edge.

    home: that of the output, or a list of those of several; home_in: that of the input, or pairs of number and
    home for a packed list; t: the tangent, or those of the items of a list by number. turned: the pullback is to
    be conjugated. Gives a tangent for the output, or a list of them; None for zero.
    """
    several = type(home) is list
    homes: list[Home] = home if several else [home]
    tape = Tape(pull, len(homes))
    with np.errstate(all="ignore"):  # at the cotangent 0, where infinite slopes give NaN that nobody reads
        g = [wrap(np.zeros(shape or (), dtype)[()], i, tape) for i, (shape, dtype) in enumerate(homes)]
        given = g if several else g[0]
        dx = pull(conjugate(given) if turned else given, *kept)
        dx = conjugate(dx) if turned else dx
        seeds = _seeds(dense(dx) if type(home_in) is list else dx, home_in, t)
    edges = tape.close()
    bars: list[Any] = [None] * tape.next()
    for x, part in seeds:
        slot = slot_in(x, tape)
        if slot is not None:
            bars[slot] = part if bars[slot] is None else accumulate(bars[slot], part)
    sweep(reversed(edges[1:]), bars, len(homes), selects=tape.selects, complex_=tape.complex)
    return bars[: len(homes)] if several else bars[0]


def _seeds(dx: Any, home_in: Any, t: Any) -> list[tuple[Any, Any]]:
    """Pairs of a cotangent at home and the tangent it meets."""
    if dx is None:
        return []
    if type(home_in) is not list:
        return [(dense(settle(dx, home_in)), t)]
    return [(dense(settle(dx[i], home)), t[i]) for i, home in home_in if i in t and dx[i] is not None]
