"""Times WeightWatcher's default `analyze()` on request, on weights that are in memory already.

Reads one JSON object a line, answers with one a line:

    {"op": "info"}
        -> {"weightwatcher": "0.7.7", "torch": "1.13.0", "scipy": "1.17.1", "blas": "...", "threads": 2}
    {"op": "analyze", "path": "model.safetensors"}
        -> {"seconds": 19.3, "layers": 72}

Only the call is timed: not Python's start, not the imports, not reading the file. What it computes is its own
default: singular values by SciPy's gesdd in float64, and one power-law fit a layer.
"""

import json
import os
import sys
import time

ANSWERS = os.fdopen(os.dup(sys.stdout.fileno()), "w")
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed is no answer

import numpy
import scipy
import scipy.linalg
import torch
import weightwatcher
from safetensors import safe_open


def info():
    answer = {
        "weightwatcher": weightwatcher.__version__,
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "threads": int(os.environ.get("OPENBLAS_NUM_THREADS", 0)) or None,
    }
    try:
        from threadpoolctl import threadpool_info

        of_scipy = [each for each in threadpool_info() if "scipy" in (each.get("filepath") or "")]
        blas = next(each for each in of_scipy if each["user_api"] == "blas")
        answer["blas"] = f"{blas['internal_api']} {blas['version']} {blas.get('architecture') or ''}".strip()
        answer["threads"] = blas["num_threads"]
    except (ImportError, StopIteration):
        pass
    return answer


def analyze(path):
    with safe_open(path, framework="pt", device="cpu") as file:
        model = {name: file.get_tensor(name).float() for name in file.keys()}
    watcher = weightwatcher.WeightWatcher(model=model)
    start = time.perf_counter()
    details = watcher.analyze()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "layers": len(details)}


def main():
    for line in sys.stdin:
        try:
            request = json.loads(line)
            answer = info() if request["op"] == "info" else analyze(request["path"])
        except Exception as error:  # the asker decides what a failure means
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=ANSWERS, flush=True)


if __name__ == "__main__":
    main()
