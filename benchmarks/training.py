"""What does training cost? The digits: batches, gradients and momentum for three epochs, and the example as a whole."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

import structgrad as sg
from benchmarks.timing import HAND, US, Contestant, arguments, once, peer, show, table, target
from structgrad import optim

TORCH = "PyTorch eager"
ROOT = Path(__file__).parents[1]
RATE, DECAY, BATCH, EPOCHS = 0.05, 0.9, 32, 3


@dataclass(frozen=True)
class Dense:
    w: sg.Array
    b: sg.Array


@dataclass(frozen=True)
class Net:
    hidden: Dense
    out: Dense


def start() -> Net:
    """Give the network that all begin with: 64 inputs, 64 hidden units, ten classes."""
    rng = np.random.default_rng(0)
    one, two = (Dense(rng.normal(size=(64, n)) / 8.0, np.zeros(n)) for n in (64, 10))
    return Net(one, two)


def data() -> tuple[Any, Any, list[Any]]:
    """Give the images, their labels, and the rows of every batch."""
    images, label = load_digits(return_X_y=True)
    rng = np.random.default_rng(1)
    rows = [b for _ in range(EPOCHS) for b in np.array_split(rng.permutation(len(images)), len(images) // BATCH)]
    return images / 16.0, label, rows


def loss(net: Net, x: sg.Array, label: Any) -> sg.Scalar:
    """Give the cross-entropy of a batch, as the example has it."""
    scores = np.tanh(x @ net.hidden.w + net.hidden.b) @ net.out.w + net.out.b
    scores = scores - np.max(scores, axis=1, keepdims=True)
    right = scores[np.arange(len(label)), label]
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - right)


def ours() -> tuple[Any, Any]:
    """Train with structgrad."""
    x, label, batches = data()
    net, opt = start(), optim.momentum(RATE, DECAY)
    state, backprop, value = opt.init(net), opt.backprop(loss), 0.0
    for rows in batches:
        value, grad = backprop(net, x[rows], label[rows])
        net, state = opt.step(net, grad, state)
    return value, net


def by_hand() -> tuple[Any, Any]:
    """Train with the gradient and the momentum written out."""
    x, label, batches = data()
    net = start()
    params = [net.hidden.w, net.hidden.b, net.out.w, net.out.b]
    velocity, value = [np.zeros_like(p) for p in params], 0.0
    for rows in batches:
        a, y = x[rows], label[rows]
        h = np.tanh(a @ params[0] + params[1])
        scores = h @ params[2] + params[3]
        e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        total = np.sum(e, axis=1, keepdims=True)
        p = e / total
        index = np.arange(len(y))
        value = -np.mean(np.log(p[index, y]))
        p[index, y] -= 1.0
        g2 = p / len(y)
        g1 = g2 @ params[2].T * (1.0 - h * h)
        for i, g in enumerate((a.T @ g1, np.sum(g1, axis=0), h.T @ g2, np.sum(g2, axis=0))):
            velocity[i] = DECAY * velocity[i] + g
            params[i] = params[i] - RATE * velocity[i]
    return value, params


def in_torch(torch: Any) -> tuple[Any, Any]:
    """Train with PyTorch's modules, loss and optimizer."""
    x, label, batches = data()
    begin = start()
    net = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Tanh(), torch.nn.Linear(64, 10)).double()
    with torch.no_grad():
        for layer, dense in ((net[0], begin.hidden), (net[2], begin.out)):
            layer.weight.copy_(torch.from_numpy(dense.w.T))
            layer.bias.copy_(torch.from_numpy(dense.b))
    opt = torch.optim.SGD(net.parameters(), lr=RATE, momentum=DECAY)
    tx, ty, cross_entropy = torch.from_numpy(x), torch.from_numpy(label), torch.nn.CrossEntropyLoss()
    value: Any = 0.0
    for rows in batches:
        batch = torch.from_numpy(rows)
        opt.zero_grad()
        value = cross_entropy(net(tx[batch]), ty[batch])
        value.backward()
        opt.step()
    return value.detach(), [p.detach().numpy().T for p in net.parameters()]


def program(path: str) -> float:
    """Give the seconds that a program takes from start to end in a fresh interpreter."""
    return once(lambda: subprocess.run([sys.executable, str(ROOT / path)], check=True, stdout=subprocess.DEVNULL))


def whole_programs(rounds: int) -> None:
    """Print what the example costs from start to end, beside the same program in PyTorch, and the target."""
    programs = ("examples/digits.py", "benchmarks/digits_in_torch.py")
    seconds = np.array([[program(path) for path in programs] for _ in range(rounds)])
    rows = [[f"`{path}`", f"{s:.2f}"] for path, s in zip(programs, np.median(seconds, axis=0), strict=True)]
    print(f"### The example from start to end\n\n{table(['program', 's, median'], rows)}")
    ratio = float(np.median(seconds[:, 0] / seconds[:, 1]))
    print(target("the digits example over the same program in PyTorch eager, from start to end", ratio, 0.5))


if __name__ == "__main__":
    found = [Contestant(HAND, by_hand), Contestant(US, ours)]
    if torch := peer("torch"):
        found.append(Contestant(TORCH, lambda: in_torch(torch)))
    budget = arguments(rounds=9)
    timings = show(f"The loop alone: {EPOCHS} epochs, batch {BATCH}", found, budget)
    if TORCH in timings:
        whole_programs(budget.rounds)
