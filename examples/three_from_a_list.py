"""A function that takes a list apart: √(x/y) · z when it holds three numbers, 0 when it does not.

Inside a differentiated function a list is a list: it is unpacked, matched, sliced and counted as
always. The gradient is a list of the same length. Where the answer is a constant, as for a list of
two, the gradient is all zeros.

Prints:
    value -1.5491933385, gradient [-0.2581988897, 0.1549193338, 0.7745966692]
    value 0.0, gradient [0.0, 0.0]
"""

import numpy as np

import structgrad as sg


def scaled_root(numbers: list[float]) -> sg.Scalar:
    match numbers:
        case [x, y, z]:
            return np.sqrt(x / y) * z
        case _:
            return 0.0


value, gradient = sg.backprop(scaled_root)([3.0, 5.0, -2.0])
nothing, flat = sg.backprop(scaled_root)([3.0, 5.0])

assert abs(value - -1.5491933385) < 5e-11
assert np.allclose(gradient, [-0.2581988897, 0.1549193338, 0.7745966692], rtol=0, atol=5e-11)
assert flat == [0.0, 0.0]

print(f"value {value:.10f}, gradient [{', '.join(f'{g:.10f}' for g in gradient)}]")
print(f"value {nothing}, gradient {flat}")
