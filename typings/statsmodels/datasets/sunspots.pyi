# statsmodels ships no types. Only what examples/ imports; goes when it has a py.typed.
from typing import Any, type_check_only

@type_check_only  # its own module is another
class Dataset:
    endog: Any  # a Series of pandas, which ships no types either

def load() -> Dataset: ...
