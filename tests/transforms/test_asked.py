"""Cotangents of several outputs: those that came, and None for the others."""

import numpy as np

from structgrad.tape.cotangent import accumulate
from structgrad.tape.pieces import Scatter
from structgrad.transforms.asked import Asked, asked


def test_pieces_add_up_to_a_list_with_none_where_nothing_came() -> None:
    both = accumulate(asked(2.0, 2), asked(1.0, 0))

    assert type(both) is Asked
    assert both.of(4) == [1.0, None, 2.0, None]
    assert accumulate(both, both.zero()).of(3) == [1.0, None, 2.0]


def test_a_cotangent_in_pieces_is_put_together() -> None:
    g = Scatter(1, 5.0)
    g.home = ((3,), np.dtype(float))

    assert np.array_equal(asked(g, 0).of(1)[0], [0.0, 5.0, 0.0])
