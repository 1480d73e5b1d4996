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


QUANTILES = torch.tensor([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])


def fan_at_knots(base, offsets, knots):
    """base `[leads][windows]` plus offsets `[knots][7][windows]`, linear between knots: `[leads][7][windows]`."""
    out = []
    for lead in range(base.shape[0]):
        k = max(i for i in range(len(knots)) if knots[i] <= lead)
        after = min(k + 1, len(knots) - 1)
        w = (lead - knots[k]) / (knots[after] - knots[k]) if after > k else 0.0
        out.append(base[lead] + (1 - w) * offsets[k] + w * offsets[after])
    return torch.stack(out)


def make_network(kind, loss_name, hidden=10, steps=5, units=3, season=7, windows=7):
    """A whole network: context, gates of three experts, quantiles at knots or single numbers, and an event."""
    noise = Noise(0x123456789ABCDEF1)
    inputs, leads, width, experts = 6, 5, 4 * steps + 1, 3
    knots = [0, 2, 4] if loss_name == "pinball" else list(range(leads))
    rows = 7 if loss_name == "pinball" else 1
    features = 4 + len(knots)
    outputs = len(knots) * rows + experts * leads + 1
    module = cell(kind, inputs, hidden)
    set_weights(module, kind, inputs, hidden, noise)
    parts = [noise(outputs, 1 + hidden), noise(units, features + 1), noise(outputs, units), noise(leads, width),
             noise(1, leads)]
    parts = [(part * 0.25).requires_grad_() for part in parts]
    head, context_layer, context_head, highway, own = parts
    x, context, common = noise(steps, inputs, windows), noise(features, windows), noise(width - 1, windows)
    lags, window_mean, target = noise(leads, windows), noise(1, windows), noise(leads, windows)
    event = (noise(windows) > 0).double()
    one = torch.ones(1, windows)
    states, _ = module(x.permute(0, 2, 1))
    u = torch.tanh(context_layer @ torch.cat([context, one]))
    heads = head @ torch.cat([one, states[-1].T]) + context_head @ u
    base = highway @ torch.cat([common, one]) + own[0][:, None] * lags
    gates = torch.tanh(heads[len(knots) * rows:-1]).reshape(experts, leads, windows)
    says = torch.stack([torch.zeros(leads, windows), window_mean.expand(leads, windows), lags])
    mixed = base + (gates * (says - base)).sum(0)
    # The first window's first target and the third window's event are missing.
    present = torch.ones(leads, windows, dtype=torch.bool)
    present[0, 0] = False
    known = torch.arange(windows) != 2
    if loss_name == "pinball":
        fan = fan_at_knots(mixed, heads[:len(knots) * 7].reshape(len(knots), 7, windows), knots)
        e = target[:, None] - fan
        tau = QUANTILES[None, :, None]
        loss = torch.maximum(tau * e, (tau - 1) * e).transpose(1, 2)[present].mean()
    else:
        e = (mixed + heads[:leads] - target)[present]
        huber = torch.where(e.abs() <= 1, e * e / 2, e.abs() - 0.5)
        loss = {"mse": (e * e).mean(), "sum-of-squares": (e * e).sum(), "huber": huber.mean()}[loss_name]
    loss = loss + torch.nn.functional.binary_cross_entropy_with_logits(heads[-1][known], event[known])
    loss.backward()
    with open(os.path.join(HERE, "recurrent", f"network-{kind}-{loss_name}.json"), "w") as f:
        json.dump({"loss": loss.item(),
                   "gradients": encode(gradients(module, kind, hidden) + [part.grad for part in parts])}, f, indent=1)
        f.write("\n")


for kind in ["elman", "relu", "gru", "lstm"]:
    make_stack(kind, 1, True)
    make_stack(kind, 2, False)
    make_stack(kind, 3, True)
    make(kind, 3, 10, 5, 1, 7)
    make(kind, 3, 10, 5, 13, 33)
    make(kind, 4, 32, 24, 48, 32)
    make(kind, 1, 8, 2, 168, 5)
    make_network(kind, "pinball")
for loss in ["sum-of-squares", "mse", "huber"]:
    make_network("elman", loss)
print("PyTorch", torch.__version__, file=sys.stderr)
