"""Random programs over random structs: 2,000 of them, by family, each under all the laws of `check`."""

import random
from collections import Counter
from typing import Any

import hypothesis
import numpy as np
import pytest
from attrs import evolve
from hypothesis import strategies as st

import structgrad as sg
from structgrad.tape import write
from structgrad.tape.pullback import Pull
from structgrad.tape.rule import RULES
from tests.fuzz.check import WrongGradientError, check, check_unhooked
from tests.fuzz.functions import FAMILIES
from tests.fuzz.programs import OBJECTS, Program, drawn

# python tests/fuzz/long.py 50000 runs more, with random seeds.
EXAMPLES = 180
# Not made smaller: a program has eight lines at most, and that took minutes.
PHASES = [hypothesis.Phase.generate]

Programs = st.SearchStrategy[Program]


def programs(family: str) -> Programs:
    """Programs half of whose steps are of a family."""
    return st.randoms(use_true_random=False).map(lambda draw: drawn(draw, family))


def run(family: str, examples: int = EXAMPLES) -> Counter[Any]:
    """How many programs of a family hold all laws (True), and how many say nothing (False)."""
    seen: Counter[Any] = Counter()

    @hypothesis.settings(max_examples=examples, phases=PHASES, suppress_health_check=[*hypothesis.HealthCheck])  # pyright: ignore[reportArgumentType]  # an enum of a metaclass
    @hypothesis.given(programs(family))
    def holds(program: Program) -> None:
        if family == OBJECTS:
            seen[check_unhooked(program)] += 1
        else:
            seen[check(program, order=2 if len(program.text) % 10 == 0 else 1)] += 1

    holds()
    return seen


@pytest.mark.feature(175)
@pytest.mark.parametrize("family", FAMILIES)
def test_random_programs_have_the_gradients_of_their_functions(family: str) -> None:
    seen = run(family)
    assert seen.total() >= EXAMPLES
    assert seen[False] <= seen.total() / 50  # at a kink


@pytest.mark.feature(175)
def test_a_program_with_arrays_of_objects_is_right_or_raises() -> None:
    seen = run(OBJECTS)
    assert seen[True] >= seen.total() / 2


FAULTY: dict[Any, str] = {
    np.sin: "ufuncs",
    np.tanh: "ufuncs",
    np.exp: "ufuncs",
    np.sum: "reductions",
    np.cumsum: "reductions",
    np.prod: "reductions",
    np.linalg.det: "linear algebra",
    np.where: "choices",
    np.linalg.inv: "linear algebra",
    np.var: "reductions",
    np.reshape: "shapes",
    np.roll: "shapes",
}


def fails(family: str) -> bool:
    """Whether one of 300 programs of a family does not hold the laws."""
    for seed in range(300):
        try:
            check(drawn(random.Random(seed), family), order=1)
        except (WrongGradientError, sg.StructgradError):
            return True
    return False


@pytest.mark.parametrize(("function", "family"), FAULTY.items(), ids=lambda x: getattr(x, "__name__", x))
def test_a_rule_that_is_off_by_a_thousandth_is_seen(
    function: Any, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = RULES[function]
    off = [pull and _off(pull) for pull in rule.by_position]
    hot = [(pull.of, *parts[1:]) if pull else parts for pull, parts in zip(off, rule.hot, strict=True)]
    pulls = {name: pull for name, pull in zip(rule.params, off, strict=True) if pull}
    faulty = evolve(rule, by_position=tuple(off), hot=tuple(hot), pulls=pulls)
    monkeypatch.setitem(RULES, function, faulty)
    assert fails(family)


def test_a_write_that_leaves_the_old_cotangent_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "_overwritten", lambda g, index: g)
    assert fails("writing")


def _off(pull: Pull) -> Pull:
    def of(g: Any, *kept: Any) -> Any:
        slope = pull.of(g, *kept)
        return None if slope is None else slope * 1.001

    return pull._replace(of=of)
