"""What does a network cost? 784-300-100-10, logistic and softmax, one image or 32 at a time."""

from dataclasses import fields
from typing import Any

import structgrad as sg
from benchmarks.network import Linear, Net, by_hand, hybrid_loss, loss, problem
from benchmarks.timing import CONTROL, HAND, US, Contestant, arguments, peer, show, target

HYBRID = "structgrad, hybrid"


def contestants(n: int) -> list[Contestant]:
    """Give the contestants for a batch of n."""
    net, x, y = problem(n)
    ours, hybrid = sg.backprop(loss), sg.backprop(hybrid_loss)
    found = [
        Contestant(CONTROL, lambda: (loss(net, x, y), None)),
        Contestant(HAND, lambda: by_hand(net, x, y)),
        Contestant(US, lambda: ours(net, x, y)),
        Contestant(HYBRID, lambda: hybrid(net, x, y)),
    ]
    if autograd := peer("autograd"):
        anp, dicts = peer("autograd.numpy"), {f.name: vars(getattr(net, f.name)) for f in fields(net)}

        def dict_loss(d: dict[str, Any]) -> Any:
            return loss(Net(**{name: Linear(**layer) for name, layer in d.items()}), x, y, anp)

        theirs = autograd.value_and_grad(dict_loss)
        found.append(Contestant("autograd", lambda: theirs(dicts)))
    if torch := peer("torch"):
        tnet, tx, ty = problem(n, torch.tensor)
        leaves = [v.requires_grad_() for f in fields(tnet) for v in vars(getattr(tnet, f.name)).values()]

        def in_torch() -> tuple[Any, Any]:
            value: Any = loss(tnet, tx, ty, torch)
            return value.detach(), torch.autograd.grad(value, leaves)

        found.append(Contestant("PyTorch eager", in_torch))
    if jax := peer("jax"):
        jnet, jx, jy = problem(n, jax.numpy.asarray)
        jitted = jax.jit(jax.value_and_grad(lambda d, x, y: loss(d, x, y, jax.numpy)))
        found.append(Contestant("JAX jit", lambda: jax.block_until_ready(jitted(jnet, jx, jy))))
    return found


def register() -> None:
    """Tell JAX about the dataclasses; nobody else has to be told."""
    if tree_util := peer("jax.tree_util"):
        for cls in (Linear, Net):
            tree_util.register_dataclass(cls, [f.name for f in fields(cls)], [])


if __name__ == "__main__":
    register()
    budget = arguments()
    show("784-300-100-10, one image", contestants(1), budget)
    timings = show("784-300-100-10, batch of 32", contestants(32), budget)
    print(target("structgrad over the gradient by hand", timings[US].over(timings[HAND]), 1.15))
    print(target("hybrid over the gradient by hand", timings[HYBRID].over(timings[HAND]), 1.05))
