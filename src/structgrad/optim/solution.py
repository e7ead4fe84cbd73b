"""What a solver of SciPy's found, as the user's struct, and the door to SciPy."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen

from structgrad.struct.static import Static

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

T = TypeVar("T")


@frozen(eq=False)
class Solution(Generic[T]):
    """params: a struct like the one that the solver began with. value: the loss there; of `least_squares` the cost, of
    `root` the largest residual. report: SciPy's own words, its `success`, `message` and counts; `report.x` is the
    vector that `tree.ravel` would give, with two numbers for a complex one.
    """

    params: T
    value: float
    report: "Static[OptimizeResult]"


def solvers(who: str) -> Any:
    """scipy.optimize. ImportError names the extra."""
    try:
        from scipy import optimize
    except ImportError as error:
        raise ImportError(f"{who} needs SciPy: pip install structgrad[scipy]") from error
    return optimize
