"""The derivative of √(4x) at x = 9.

The smallest program there is: a function written with NumPy, its value, and its derivative, from
one run of the function. By hand the derivative is 2 / √(4x), which is 1/3 here.

Prints:
    f(9) = 6.0
    f'(9) = 0.333333333333
"""

import numpy as np

import structgrad as sg


def f(x: float) -> sg.Scalar:
    return np.sqrt(4.0 * x)


value, slope = sg.backprop(f)(9.0)

assert value == f(9.0) == 6.0
assert abs(slope - 1.0 / 3.0) < 1e-15
assert type(slope) is float

print(f"f(9) = {value}")
print(f"f'(9) = {slope:.12f}")
