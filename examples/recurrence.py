"""A pendulum is pushed two hundred times: how far does the very first push move the place where it ends?

The steps are a Python loop, each on the outcome of the last. The backward pass is a loop as well, so that many
more of them than Python's limit of recursion are no trouble. `sg.checkpoint` takes the same steps, from a state that
counts them; it keeps about √200 states, makes the others anew when their turn comes, and the slopes are the same to the
bit.

Prints:
    after 200 pushes it stands at -1.281
    its slope by the first: -0.0037...
     by central difference: -0.0037...
          by checkpointing: -0.0037...
    after 20000 pushes all 20000 slopes are finite
"""

import sys
from dataclasses import dataclass

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Pendulum:
    angle: sg.Scalar  # radians
    speed: sg.Scalar  # radians a second
    count: int = 0


def pushed(now: Pendulum, pushes: sg.Array) -> Pendulum:
    """The pendulum 0.05 s later, of gravity, of friction, and of the push whose turn it is."""
    speed = now.speed + 0.05 * (pushes[now.count] - 9.81 * np.sin(now.angle) - 0.1 * now.speed)
    return Pendulum(now.angle + 0.05 * speed, speed, now.count + 1)


def end(pushes: sg.Array) -> sg.Scalar:
    now = Pendulum(0.0, 0.0)
    for _ in range(len(pushes)):
        now = pushed(now, pushes)
    return now.angle


def checkpointed_end(pushes: sg.Array) -> sg.Scalar:
    return sg.checkpoint(pushed, steps=len(pushes))(Pendulum(0.0, 0.0), pushes).angle


pushes = 5.0 * np.random.default_rng(0).normal(size=20_000)
few, first = pushes[:200], 1e-5 * np.eye(200)[0]

slopes = sg.grad_bp(end)(few)
checkpointed = sg.grad_bp(checkpointed_end)(few)
difference = (end(few + first) - end(few - first)) / 2e-5
many = sg.grad_bp(end)(pushes)

assert np.all(np.isfinite(slopes))
assert np.isclose(slopes[0], difference, rtol=1e-6, atol=0.0)
assert np.array_equal(checkpointed, slopes)
assert len(pushes) > sys.getrecursionlimit()
assert np.all(np.isfinite(many))
print(f"after {len(few)} pushes it stands at {end(few):.3f}")
print(f"its slope by the first: {slopes[0]:.8f}")
print(f" by central difference: {difference:.8f}")
print(f"      by checkpointing: {checkpointed[0]:.8f}")
print(f"after {len(pushes)} pushes all {np.count_nonzero(np.isfinite(many))} slopes are finite")
