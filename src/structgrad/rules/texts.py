"""Texts have no slope: functions of them answer as on plain values, and refuse numbers in NumPy's own words."""

import numpy as np
from numpy._core import defchararray, strings

from structgrad.rules.ufunc_methods import flat_methods
from structgrad.tape.rule import RULES, flat

for _function in {id(f): f for f in (*vars(strings).values(), *vars(defchararray).values())}.values():
    if isinstance(_function, np.ufunc) and _function not in RULES:
        flat(_function)
        flat_methods(_function)
    elif hasattr(_function, "_implementation") and _function not in RULES:
        flat(_function)
