#!/usr/bin/env python3
"""Prints the tables of RNNKernels/Activations.swift, and the largest error of the functions made of them.

tanh and sigmoid - 1/2 are odd; |x| + 1 in [1, 16) is cut into 32 pieces, 8 an octave, which are the top bits of its float:
short pieces where the functions bend. On each a polynomial of degree 4 in |x| interpolates at Chebyshev's nodes. Where there
is no such table, both are made of 2^f on [-1/2, 1/2], 1 + f q(f) with q of degree 4.
"""
import numpy as np

PIECES = [(2.0 ** (i // 8) * (1 + i % 8 / 8) - 1, 2.0 ** (i // 8) * (1 + (i % 8 + 1) / 8) - 1) for i in range(32)]


def table(f):
    rows = []
    for low, high in PIECES:
        through_zero = low == 0
        n = 4 if through_zero else 5
        nodes = (low + high) / 2 + (high - low) / 2 * np.cos((2 * np.arange(n) + 1) * np.pi / (2 * n))
        if through_zero:  # a polynomial of |x| without a constant: exact at 0
            rows.append(np.concatenate([[0], np.linalg.solve(np.vander(nodes, n, increasing=True), f(nodes) / nodes)]))
        else:
            rows.append(np.linalg.solve(np.vander(nodes, n, increasing=True), f(nodes)))
    return np.array(rows).astype(np.float32)


def evaluate(rows, a):
    """In single precision, with fused multiply-adds."""
    index = (np.float32(a + np.float32(1)).view(np.uint32) >> 20) - (127 << 3)
    c = rows[index]
    y = c[:, 4]
    for k in (3, 2, 1, 0):
        y = (y.astype(np.float64) * a + c[:, k]).astype(np.float32)
    return y


for name, f in (("tanh", np.tanh), ("sigmoid", lambda x: 0.5 * np.tanh(x / 2))):
    rows = table(f)
    a = np.linspace(0, 14.99, 3_000_001).astype(np.float32)
    y = evaluate(rows, a)
    exact = f(a.astype(np.float64))
    error = np.abs(y - exact)
    print(f"// {name}: largest error {error.max():.2g} at {a[error.argmax()]:.3f}, largest value {y.max()!r}; relative "
          f"below 0.1: {(error[1:20000] / exact[1:20000]).max():.2g}")
    # The lookup takes the index modulo 32, and the pieces begin at (127 << 3) % 32 = 24.
    rolled = np.roll(rows, 24, axis=0)
    for k in range(5):
        print(f"// c{k}")
        for half in (0, 16):
            print("            " + ", ".join(repr(float(v)) for v in rolled[half:half + 16, k]))

NODES = 0.5 * np.cos((2 * np.arange(5) + 1) * np.pi / 10)
NODES[2] = 1e-9  # cos(pi / 2) is 0, where the ratio has no value but a limit
POWER = np.linalg.solve(np.vander(NODES, 5, increasing=True), np.expm1(NODES * np.log(2)) / NODES).astype(np.float32)


def fused(a, b, c):
    return (a.astype(np.float64) * np.float64(b) + np.asarray(c, np.float64)).astype(np.float32)


def one_plus_power(x, c):
    """1 + 2^(c x) in single precision, as Activations.swift computes it."""
    rounding = np.float32(12_583_039)
    z = fused(x, np.float32(c), rounding)
    f = fused(x, np.float32(c), rounding - z)
    p = np.full_like(f, POWER[4])
    for k in (3, 2, 1, 0):
        p = (p.astype(np.float64) * f + np.float64(POWER[k])).astype(np.float32)
    p = (p.astype(np.float64) * f + 1).astype(np.float32)
    return fused(p, (z.view(np.uint32) << np.uint32(23)).view(np.float32), 1)


print("// 2^f: " + ", ".join(repr(float(v)) for v in POWER))
x = np.linspace(-15, 15, 4_000_001).astype(np.float32)
y = np.float32(1) - np.float32(2) / one_plus_power(x, 2 * np.log2(np.e))
print(f"// tanh: largest error {np.abs(y - np.tanh(x.astype(np.float64))).max():.2g}, within [{y.min()}, {y.max()}]")
x = np.linspace(-30, 30, 4_000_001).astype(np.float32)
y = np.float32(1) / one_plus_power(x, -np.log2(np.e))
print(f"// sigmoid: largest error {np.abs(y - 1 / (1 + np.exp(-x.astype(np.float64)))).max():.2g}, {y.min()} to {y.max()}")
