# scikit-learn ships no types. Only what examples/ imports; goes when it has a py.typed.
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

class KMeans:
    inertia_: float
    def __init__(
        self, n_clusters: int = 8, *, n_init: int | Literal["auto"] = "auto", random_state: int | None = None
    ) -> None: ...
    def fit(self, X: NDArray[np.float64]) -> Self: ...
