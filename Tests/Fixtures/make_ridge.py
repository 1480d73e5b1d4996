#!/usr/bin/env python3
"""Writes ridge/*.json: the robust ridge by dense linear algebra in numpy, row by row as its definition says.

    pip install numpy && python3 make_ridge.py

The series is drawn from the generator below (as in make_recurrent.py); only coefficients are stored.
"""
import json, os
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
MASK = (1 << 64) - 1
PENALTIES = [1e-4, 1e-3, 1e-2, 1e-1, 1]


def noise(count, state=0x123456789ABCDEF1):
    out = []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        out.append((state >> 40) / 8388608.0 - 1)
    return np.array(out)


def series(count, season):
    """A daily shape of noise, a slow walk and some noise: nothing that needs a math library."""
    shape, walk, rest = noise(season, 1), noise(count, 2).cumsum() * 0.05, noise(count, 3) * 0.3
    return np.array([shape[i % season] + walk[i] + rest[i] for i in range(count)]) + 10


def own_offset(lead, season):
    ahead = lead + 1
    return ahead - season * ((ahead + season - 1) // season)


def fit(y, window, leads, season, scale_bins, first_lead, last_lead):
    """Coefficients [lead][window - 1 lags, lag now, constant, own lag] of leads first_lead ... last_lead - 1."""
    u = (y - y.mean()) / y.std()
    floor = max(0.05 * np.abs(u[leads:] - u[:-leads]).mean(), 1e-6)
    scale = np.array([u[max(0, e + 1 - scale_bins):e + 1].std() + floor for e in range(len(u))])
    origins = np.arange(max(window - 1, season), len(u) - leads)
    at = lambda offset: (u[origins + offset] - u[origins]) / scale[origins]
    common = np.stack([at(o) for o in range(1 - window, 0)] + [at(-season), np.ones(len(origins))], 1)
    designs = [np.concatenate([common, at(own_offset(n, season))[:, None]], 1) for n in range(first_lead, last_lead)]
    targets = [at(n + 1) for n in range(first_lead, last_lead)]

    def solve(rows, weights, penalty):
        out = []
        for x, t in zip(designs, targets):
            x, t, w = x[rows], t[rows], weights[rows]
            total = w.sum()
            mean = (w[:, None] * x).sum(0) / total
            variance = (w[:, None] * x * x).sum(0) - total * mean * mean
            ridge = penalty * np.maximum(variance, 0) + 1e-9 * total
            ridge[window] = 0
            out.append(np.linalg.solve((w[:, None] * x).T @ x + np.diag(ridge), (w[:, None] * x).T @ t))
        return out

    def sizes(rows, coefficients):
        return np.mean([np.abs(t[rows] - x[rows] @ c) for x, t, c in zip(designs, targets, coefficients)], 0)

    n = len(origins)
    cut = n * 4 // 5
    older, newest, ones = np.arange(cut), np.arange(cut, n), np.ones(n)
    errors = [sizes(newest, solve(older, ones, p)).sum() for p in PENALTIES]
    penalty = PENALTIES[int(np.argmin(errors))]
    coefficients = solve(np.arange(n), ones, penalty)
    if n >= 300:
        for _ in range(2):
            size = sizes(np.arange(n), coefficients)
            average = size.mean()
            coefficients = solve(np.arange(n), average / np.maximum(size, average / 50), penalty)
    return coefficients


def make(name, count, window, leads, season, scale_bins):
    y = series(count, season)
    rows = fit(y, window, leads, season, scale_bins, 0, 1) + fit(y, window, leads, season, scale_bins, 1, leads)
    with open(os.path.join(HERE, "ridge", name + ".json"), "w") as f:
        json.dump({"count": count, "window": window, "leads": leads, "season": season,
                   "coefficients": [[float(v) for v in r] for r in rows]}, f)
        f.write("\n")


# Steps of 30 minutes: a day of 48 bins, which is also the window and the window of the scale.
make("least-squares", 300, 48, 6, 48, 48)
make("robust", 900, 48, 24, 48, 48)
