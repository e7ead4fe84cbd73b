# statsmodels ships no types. Only what examples/ imports; goes when it has a py.typed.
import numpy as np
from numpy.typing import NDArray

class ARIMAResults:
    params: NDArray[np.float64]

class ARIMA:
    def __init__(self, endog: NDArray[np.float64], *, order: tuple[int, int, int]) -> None: ...
    def fit(self) -> ARIMAResults: ...
