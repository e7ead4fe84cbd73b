"""The runs in which a checker may meet a traced value: each transform, one level and two."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg

Loss = Callable[[Any], Any]
Run = Callable[[Loss, Any], Any]

RUNS: dict[str, Run] = {
    "grad_bp": lambda f, x: sg.grad_bp(f)(x),
    "backprop": lambda f, x: sg.backprop(f)(x),
    "vjp": lambda f, x: sg.vjp(f)(x)[1](1.0),
    "jvp": lambda f, x: sg.jvp(f)(x, x),
    "hessian": lambda f, x: sg.hessian(f)(x),
    "grad of grad": lambda f, x: sg.grad_bp(lambda v: np.sum(sg.grad_bp(f)(v)))(x),
    "checkpoint": lambda f, x: sg.grad_bp(sg.checkpoint(f))(x),
    "trace": lambda f, x: sg.trace(f)(x),
}


@pytest.fixture(params=RUNS)
def run(request: pytest.FixtureRequest) -> Run:
    """One of the transforms, each of which calls the loss with traced values."""
    return RUNS[request.param]


def _raise_in_every_run(wrong: Loss, x: Any, error: type[Exception], match: str | None = None) -> None:
    for run in RUNS.values():
        with pytest.raises(error, match=match):
            run(lambda v: np.sum(wrong(v)), x)


@pytest.fixture
def reported() -> Callable[..., None]:
    """That a mistake raises: on plain values, and just so in each of the runs."""

    def check(wrong: Loss, x: Any, error: type[Exception], match: str | None = None) -> None:
        with pytest.raises(error, match=match):
            wrong(x)
        _raise_in_every_run(wrong, x, error, match)

    return check


@pytest.fixture
def refused() -> Callable[..., None]:
    """That what a plain value may do raises in each of the runs, where the gradient would be lost."""

    def check(losing: Loss, x: Any, error: type[Exception], match: str | None = None) -> None:
        losing(x)
        _raise_in_every_run(losing, x, error, match)

    return check


@pytest.fixture
def answers() -> Callable[[Callable[[Any], Any], Any], list[Any]]:
    """What a question to a value has for an answer: on the plain value, then in each of the runs."""

    def ask(question: Callable[[Any], Any], x: Any) -> list[Any]:
        found = [question(x)]

        def loss(v: Any) -> Any:
            found.append(question(v))
            return np.sum(v * v)

        for run in RUNS.values():
            run(loss, x)
        assert len(found) > len(RUNS)
        return found

    return ask
