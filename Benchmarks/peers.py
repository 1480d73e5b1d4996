#!/usr/bin/env python3
"""Runs PyTorch (eager, one thread) and JAX (whole epoch jitted, scan) on the engine's work, and prints the ratios.

    swift run -c release engine-bench --json > engine.json
    pip install torch jax && python3 peers.py engine.json

The work: many-to-one, 4 inputs, 48 steps, 24 outputs, 32 windows a step, mean squared error, clipped gradients, Adam. The
peers read windows that are gathered already. A peer that is not installed is left out.
"""
import json, sys, time

I, H, T, O, B = 4, 32, 48, 24, 32


def percentile(times):
    return sorted(times)[len(times) // 10]


def pytorch(cell):
    import torch
    torch.set_num_threads(1)
    layer = {"elman": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](I, H)
    head = torch.nn.Linear(H, O)
    parameters = list(layer.parameters()) + list(head.parameters())
    adam = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    x, y = torch.randn(T, B, I), torch.randn(B, O)
    times, end = [], time.time() + 4
    while time.time() < end:
        start = time.perf_counter()
        adam.zero_grad(set_to_none=True)
        loss = torch.nn.functional.mse_loss(head(layer(x)[0][-1]), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1)
        adam.step()
        times.append(time.perf_counter() - start)
    return B / percentile(times)


def jax_epoch(cell):
    import os
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    import jax, jax.numpy as jnp
    steps = 64
    gates = {"elman": 1, "gru": 3, "lstm": 4}[cell]
    key = jax.random.PRNGKey(0)
    p = {"w": jax.random.normal(key, (I, gates * H)) * .2, "u": jax.random.normal(key, (H, gates * H)) * .2,
         "b": jnp.zeros(gates * H), "c": jnp.zeros(gates * H), "o": jax.random.normal(key, (H, O)) * .2,
         "ob": jnp.zeros(O)}

    def forward(p, x):
        def step(state, xt):
            h, c = state
            a = xt @ p["w"] + p["b"]
            r = h @ p["u"] + p["c"]
            if cell == "elman":
                h = jnp.tanh(a + r)
            elif cell == "gru":
                ar, az, an = jnp.split(a, 3, 1)
                rr, rz, rn = jnp.split(r, 3, 1)
                z = jax.nn.sigmoid(az + rz)
                n = jnp.tanh(an + jax.nn.sigmoid(ar + rr) * rn)
                h = n + z * (h - n)
            else:
                i, f, g, o = jnp.split(a + r, 4, 1)
                c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
                h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), None
        (h, _), _ = jax.lax.scan(step, (jnp.zeros((B, H)), jnp.zeros((B, H))), x)
        return h @ p["o"] + p["ob"]

    def loss(p, x, y):
        return ((forward(p, x) - y) ** 2).mean()

    @jax.jit
    def epoch(p, m, v, xs, ys):
        def step(state, batch):
            p, m, v = state
            g = jax.grad(loss)(p, *batch)
            norm = jnp.sqrt(sum((a ** 2).sum() for a in jax.tree.leaves(g)))
            g = jax.tree.map(lambda a: a * jnp.minimum(1, 1 / (norm + 1e-6)), g)
            m = jax.tree.map(lambda a, b: .9 * a + .1 * b, m, g)
            v = jax.tree.map(lambda a, b: .999 * a + .001 * b * b, v, g)
            p = jax.tree.map(lambda a, b, c: a - 1e-3 * b / (jnp.sqrt(c) + 1e-8), p, m, v)
            return (p, m, v), None
        return jax.lax.scan(step, (p, m, v), (xs, ys))[0]

    xs, ys = jax.random.normal(key, (steps, T, B, I)), jax.random.normal(key, (steps, B, O))
    zero = jax.tree.map(jnp.zeros_like, p)
    jax.block_until_ready(epoch(p, zero, zero, xs, ys))
    times, end = [], time.time() + 4
    while time.time() < end:
        start = time.perf_counter()
        jax.block_until_ready(epoch(p, zero, zero, xs, ys))
        times.append((time.perf_counter() - start) / steps)
    return B / percentile(times)


ours = {}
if len(sys.argv) > 1:
    rows = json.load(open(sys.argv[1]))["training"]
    for row in rows:
        if row["hidden"] == H:
            ours.setdefault(row["cell"], row)
for cell in ["elman", "gru", "lstm"]:
    line = [cell]
    if cell in ours:
        line.append("engine %s %.0f windows/s" % (ours[cell]["isa"], ours[cell]["windows_per_second"]))
    for name, run in (("PyTorch", pytorch), ("JAX", jax_epoch)):
        try:
            speed = run(cell)
        except ImportError:
            continue
        line.append("%s %.0f" % (name, speed))
        if cell in ours:
            line.append("(%.1f x)" % (ours[cell]["windows_per_second"] / speed))
    print("  ".join(line), flush=True)
