# scikit-learn ships no types. Only what examples/ imports; goes when it has a py.typed.
from typing import Self

import numpy as np
from numpy.typing import NDArray

class LogisticRegression:
    coef_: NDArray[np.float64]
    intercept_: NDArray[np.float64]
    def __init__(self, *, tol: float = 1e-4, max_iter: int = 100) -> None: ...
    def fit(self, X: NDArray[np.float64], y: NDArray[np.int64]) -> Self: ...
    def score(self, X: NDArray[np.float64], y: NDArray[np.int64]) -> float: ...
