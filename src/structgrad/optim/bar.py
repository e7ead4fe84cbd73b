"""The progress bar: tqdm's where somebody watches, else nothing."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from structgrad.optim.optimizer import State

Show = Callable[[dict[str, float]], None]


def tqdm_for(wanted: bool | None) -> Any:
    """The class of the bar, or None for no bar.

    wanted: None shows it where stderr is a terminal and tqdm is installed; True always, or ImportError.
    """
    if wanted is False or (wanted is None and not (sys.stderr is not None and sys.stderr.isatty())):
        return None
    try:
        from tqdm import tqdm
    except ImportError as error:
        if wanted is None:
            return None
        raise ImportError("progress=True needs tqdm: pip install structgrad[progress]") from error
    return tqdm


@contextmanager
def bar(tqdm: Any, total: int | None, done: int) -> Generator[Show]:
    """A function to be called with the numbers of each step, which stand beside steps per second."""
    if tqdm is None:
        yield _nothing
        return
    with tqdm(total=total, initial=done, unit="step", dynamic_ncols=True) as shown:

        def show(numbers: dict[str, float]) -> None:
            shown.set_postfix_str(", ".join(f"{key} {x:.4g}" for key, x in numbers.items()), refresh=False)
            shown.update()

        yield show


def _nothing(numbers: dict[str, float]) -> None:
    pass


def injected(state: State[Any]) -> dict[str, float]:
    """The numbers of `inject` in a state, such as the rate, wherever they stand."""
    states, found = [state], dict[str, float]()
    while states:
        one = states.pop()
        found = one.numbers | found
        states.extend(one.inner)
    return found
