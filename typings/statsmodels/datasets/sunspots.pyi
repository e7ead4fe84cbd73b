# statsmodels ships no types. Only what examples/ imports; goes when it has a py.typed.
from typing import Any

class Dataset:
    endog: Any  # a Series of pandas, which ships no types either

def load() -> Dataset: ...
