"""examples/digits.py line by line in PyTorch: the same model, data, batches, momentum and schedule.

Batches are rows of a tensor, which is faster than a DataLoader.
"""

import numpy as np
import torch
from sklearn.datasets import load_digits

torch.set_num_threads(1)

rng = np.random.default_rng(0)
images, labels = load_digits(return_X_y=True)
x, label = torch.from_numpy(images / 16.0), torch.from_numpy(labels)
training, held_out = (torch.from_numpy(rows) for rows in np.split(rng.permutation(len(images)), [-360]))

net = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Tanh(), torch.nn.Linear(64, 10)).double()
cross_entropy = torch.nn.CrossEntropyLoss()
opt = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
steps = 10 * -(-len(training) // 32)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(opt, steps)
for _ in range(10):
    for rows in training[torch.from_numpy(rng.permutation(len(training)))].split(32):
        opt.zero_grad()
        loss = cross_entropy(net(x[rows]), label[rows])
        loss.backward()
        opt.step()
        schedule.step()
with torch.no_grad():
    accuracy = (net(x[held_out]).argmax(dim=1) == label[held_out]).double().mean().item()
    loss = cross_entropy(net(x[training]), label[training])

assert accuracy >= 0.95
print(f"training loss: {loss:.4f}")
print(f"held-out accuracy: {100.0 * accuracy:.1f} %")
