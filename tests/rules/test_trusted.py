"""What `record` calls plain: cotangents of our own elementwise rules have the home of what they belong to."""

from typing import Any

import numpy as np
import pytest

from structgrad.tape.rule import RULES, Rule

# ldexp takes whole numbers beside its floats, and so never meets two traced arguments. SciPy's ufuncs, there once a
# test has imported SciPy, have a test of their own.
TRUSTED = [
    rule
    for key, rule in RULES.items()
    if rule.trusted and rule.direct and getattr(np, rule.name, None) is key and key is not np.ldexp
]


@pytest.mark.parametrize("rule", TRUSTED, ids=lambda rule: rule.name)
@pytest.mark.parametrize("x", [np.array([0.25, 0.5, 0.75]), np.full((2, 3), 0.5), np.float64(0.5), 0.5], ids=str)
@pytest.mark.parametrize("w", [None, 0.5, 1], ids=str)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # arccosh of a half is NaN, and has its home too
def test_a_trusted_cotangent_has_the_shape_and_dtype_of_its_argument(rule: Rule, x: Any, w: Any) -> None:
    args = [x, x if w is None else w][: rule.arity]
    y = rule.function(*args)
    g = y * 0 + np.float64(1.5)
    for i, (pull, keep, _) in enumerate(rule.hot):
        if i == 1 and w is not None:
            continue  # a plain number, whose cotangent nobody wants
        dx = pull(g, *keep((*args, y)))
        assert dx is None or (np.shape(dx), np.result_type(dx)) == (np.shape(x), np.dtype(np.float64))


def test_the_hot_path_trusts_many_rules() -> None:
    assert len(TRUSTED) > 40
