"""x · y + exp(x + 3) at x = 3, y = 4: two numbers, one by one or as a struct.

By hand the derivatives are y + exp(x + 3) and x. What is differentiated may be chosen by position,
or be one value: a tuple, a dict, a dataclass.

Prints:
    value 415.42879349273...
    by x 407.42879349273...
    by y 3.0
    of a dict: {'x': 407.42879349273..., 'y': 3.0}
"""

import numpy as np

import structgrad as sg


def f(x: float, y: float) -> sg.Scalar:
    return x * y + np.exp(x + 3.0)


value, (by_x, by_y) = sg.backprop(f, argnums=(0, 1))(3.0, 4.0)
as_dict = sg.grad_bp(lambda p: f(p["x"], p["y"]), {"x": 3.0, "y": 4.0})

# The last digit of exp is the processor's, hence no exact comparison.
assert abs(value - 415.4287934927351) < 1e-10
assert abs(by_x - 407.4287934927351) < 1e-10
assert by_y == 3.0
assert as_dict == {"x": by_x, "y": by_y}

print(f"value {value}")
print(f"by x {by_x}")
print(f"by y {by_y}")
print(f"of a dict: {as_dict}")
