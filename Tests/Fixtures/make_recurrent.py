#!/usr/bin/env python3
"""Writes recurrent/*.json: losses and gradients of PyTorch's recurrent cells, in double precision.

    pip install torch && python3 make_recurrent.py

Weights, inputs and targets are not stored: both sides draw them from the generator below, whose values are exact in
single precision. Gradients are stored in the layout of RecurrentPlan and DensePlan, as base64 of little-endian doubles.
"""
import base64, json, os, sys
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
MASK = (1 << 64) - 1


class Noise:
    """The generator of Golden.swift: 24 bits of a 64-bit congruential generator, in [-1, 1)."""

    def __init__(self, seed):
        self.state = seed

    def __call__(self, *shape):
        count = 1
        for n in shape:
            count *= n
        out = []
        for _ in range(count):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
            out.append((self.state >> 40) / 8388608.0 - 1)
        return torch.tensor(out).reshape(shape)


def cell(kind, inputs, hidden, layers=1, bidirectional=False):
    if kind == "gru":
        return torch.nn.GRU(inputs, hidden, layers, bidirectional=bidirectional)
    if kind == "lstm":
        return torch.nn.LSTM(inputs, hidden, layers, bidirectional=bidirectional)
    nonlinearity = "tanh" if kind == "elman" else "relu"
    return torch.nn.RNN(inputs, hidden, layers, nonlinearity=nonlinearity, bidirectional=bidirectional)


class Reading:
    """The parameters of one layer in one direction, under the names of the first."""

    def __init__(self, module, suffix):
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            setattr(self, name + "_l0", getattr(module, name + suffix))


def set_weights(module, kind, inputs, hidden, noise):
    """Draws weights in our layout, [x ; 1 ; h] columns, and hands them to the module."""
    with torch.no_grad():
        module.bias_hh_l0.zero_()
        if kind == "gru":
            gates = noise(2 * hidden, inputs + 1 + hidden) * 0.25
            recurrent = noise(hidden, 1 + hidden) * 0.25
            given = noise(hidden, inputs + 1) * 0.25
            module.weight_ih_l0.copy_(torch.cat([gates[:, :inputs], given[:, :inputs]]))
            module.weight_hh_l0.copy_(torch.cat([gates[:, inputs + 1:], recurrent[:, 1:]]))
            module.bias_ih_l0.copy_(torch.cat([gates[:, inputs], given[:, inputs]]))
            module.bias_hh_l0[2 * hidden:] = recurrent[:, 0]
        else:
            rows = (4 if kind == "lstm" else 1) * hidden
            weights = noise(rows, inputs + 1 + hidden) * 0.25
            module.weight_ih_l0.copy_(weights[:, :inputs])
            module.bias_ih_l0.copy_(weights[:, inputs])
            module.weight_hh_l0.copy_(weights[:, inputs + 1:])


def gradients(module, kind, hidden):
    ih, hh = module.weight_ih_l0.grad, module.weight_hh_l0.grad
    bi, bh = module.bias_ih_l0.grad, module.bias_hh_l0.grad
    if kind != "gru":
        return [torch.cat([ih, bi[:, None], hh], 1)]
    g = 2 * hidden
    return [torch.cat([ih[:g], bi[:g, None], hh[:g]], 1), torch.cat([bh[g:, None], hh[g:]], 1),
            torch.cat([ih[g:], bi[g:, None]], 1)]


def encode(tensors):
    flat = torch.cat([t.reshape(-1) for t in tensors])
    return base64.b64encode(flat.numpy().astype("<f8").tobytes()).decode()


def make(kind, inputs, hidden, outputs, steps, windows):
    noise = Noise(0x123456789ABCDEF1)
    module = cell(kind, inputs, hidden)
    set_weights(module, kind, inputs, hidden, noise)
    head = noise(outputs, 1 + hidden) * 0.25
    head.requires_grad_()
    x = noise(steps, inputs, windows)
    x.requires_grad_()
    target = noise(outputs, windows)
    states, _ = module(x.permute(0, 2, 1))
    last = states[-1]
    out = torch.cat([torch.ones(windows, 1), last], 1) @ head.T
    loss = ((out - target.T) ** 2).mean()
    loss.backward()
    name = f"{kind}-{inputs}-{hidden}-{outputs}-{steps}-{windows}.json"
    small = steps * inputs * windows < 2000
    with open(os.path.join(HERE, "recurrent", name), "w") as f:
        json.dump({"cell": kind, "inputs": inputs, "hidden": hidden, "outputs": outputs, "steps": steps,
                   "windows": windows, "loss": loss.item(), "gradients": encode(gradients(module, kind, hidden)),
                   "headGradients": encode([head.grad]),
                   "inputGradients": encode([x.grad]) if small else None}, f, indent=1)
        f.write("\n")


def make_stack(kind, layers, bidirectional, inputs=3, hidden=6, outputs=4, steps=5, windows=9):
    """Layers on top of each other; the head reads the last states of the top layer's readings."""
    noise = Noise(0x123456789ABCDEF1)
    module = cell(kind, inputs, hidden, layers, bidirectional)
    directions = 2 if bidirectional else 1
    readings = []
    for layer in range(layers):
        for direction in range(directions):
            reading = Reading(module, f"_l{layer}" + ("_reverse" if direction else ""))
            set_weights(reading, kind, inputs if layer == 0 else hidden * directions, hidden, noise)
            readings.append(reading)
    head = noise(outputs, 1 + hidden * directions) * 0.25
    head.requires_grad_()
    x = noise(steps, inputs, windows)
    target = noise(outputs, windows)
    _, last = module(x.permute(0, 2, 1))
    last = (last[0] if kind == "lstm" else last)[-directions:]
    out = torch.cat([torch.ones(windows, 1)] + list(last), 1) @ head.T
    loss = ((out - target.T) ** 2).mean()
    loss.backward()
    name = f"stack-{kind}-{layers}-{directions}.json"
    with open(os.path.join(HERE, "recurrent", name), "w") as f:
        json.dump({"inputs": inputs, "hidden": hidden, "outputs": outputs, "steps": steps, "windows": windows,
                   "loss": loss.item(), "headGradients": encode([head.grad]),
                   "gradients": encode([g for r in readings for g in gradients(r, kind, hidden)])}, f, indent=1)
        f.write("\n")


for kind in ["elman", "relu", "gru", "lstm"]:
    make_stack(kind, 1, True)
    make_stack(kind, 2, False)
    make_stack(kind, 3, True)
    make(kind, 3, 10, 5, 1, 7)
    make(kind, 3, 10, 5, 13, 33)
    make(kind, 4, 32, 24, 48, 32)
    make(kind, 1, 8, 2, 168, 5)
print("PyTorch", torch.__version__, file=sys.stderr)
