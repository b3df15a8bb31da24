"""Times numpy on request, so that its runs can alternate with ours in one process tree.

Reads one JSON object a line, answers with one a line:

    {"op": "info"}
        -> {"numpy": "2.4.6", "blas": "openblas 0.3.31 SkylakeX", "threads": 2}
    {"op": "svd", "rows": 768, "cols": 3072, "repeat": 5, "seed": 1}
        -> {"seconds": [0.21, ...]}

Each repetition is timed on a float32 matrix of its own (seed, seed + 1, ...), drawn beforehand; with "warm", the
same op runs on small matrices for that many seconds in between. Ops:
svd: singular values by LAPACK's gesdd; gram: eigenvalues of the smaller side's Gram matrix and their roots.
Both compute in float64, as ours does; the conversion is part of the time, as it is for ours.
product: a square matrix times itself, in float64 without the conversion: how fast the BLAS is at most.
"""

import json
import os
import sys
import time

import numpy as np


def svd(weights):
    return np.linalg.svd(weights.astype(np.float64), compute_uv=False)


def gram(weights):
    wide = weights.astype(np.float64)
    square = wide @ wide.T if wide.shape[0] <= wide.shape[1] else wide.T @ wide
    return np.sqrt(np.maximum(np.linalg.eigvalsh(square)[::-1], 0))


def product(weights):
    return weights @ weights


OPS = {"svd": svd, "gram": gram, "product": product}


def info():
    threads = int(os.environ.get("OPENBLAS_NUM_THREADS", 0)) or None
    try:
        from threadpoolctl import threadpool_info

        blas = next(each for each in threadpool_info() if each["user_api"] == "blas")
        name = f"{blas['internal_api']} {blas['version']} {blas.get('architecture') or ''}".strip()
        threads = blas["num_threads"]
    except (ImportError, StopIteration):
        found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        name = f"{found['name']} {found['version']} (kernel unknown: threadpoolctl is not installed)"
    return {"numpy": np.__version__, "blas": name, "threads": threads}


SMALL = 0.02 * np.random.default_rng(1).standard_normal((400, 400), dtype=np.float32)


def warm_up(run, seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        run(SMALL)


def measure(request):
    run = OPS[request["op"]]
    shape = (request["rows"], request["cols"])
    seconds = []
    for repetition in range(request.get("repeat", 1)):
        draws = np.random.default_rng(request.get("seed", 1) + repetition)
        weights = 0.02 * draws.standard_normal(shape, dtype=np.float32)
        if run is product:
            weights = weights.astype(np.float64)
        warm_up(run, request.get("warm", 0))
        start = time.perf_counter()
        values = run(weights)
        seconds.append(time.perf_counter() - start)
        assert values.shape == (shape if run is product else (min(shape),)) and np.isfinite(values).all()
    return {"seconds": seconds}


def main():
    for line in sys.stdin:
        try:
            request = json.loads(line)
            answer = info() if request["op"] == "info" else measure(request)
        except Exception as error:  # the asker decides what a failure means
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
