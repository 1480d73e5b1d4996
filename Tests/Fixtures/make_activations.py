#!/usr/bin/env python3
"""Prints the tables of RNNKernels/Activations.swift, and the largest error of the functions made of them.

tanh and sigmoid - 1/2 are odd; |x| + 1 in [1, 16) is cut into 32 pieces, 8 an octave, which are the top bits of its float:
short pieces where the functions bend. On each a polynomial of degree 4 in |x| interpolates at Chebyshev's nodes.
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
