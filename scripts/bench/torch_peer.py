"""Times training steps of PyTorch on request, so that its runs can alternate with ours in one process tree.

Reads one JSON object a line, answers with one a line:

    {"op": "info"}
        -> {"torch": "2.15.0", "blas": "mkl", "capability": "AVX512", "threads": 2}
    {"op": "mlp", "threads": 2, "warmup": 5, "repeat": 20, "seed": 1}
        -> {"seconds": [0.011, ...], "losses": [2.31, ...], "variant": "adamw=fused", "tried": {"adamw=fused": 0.011, ...}}
    {"op": "transformer", "activation": "gelu", ...}
        -> the same; its variants also have attention=sdpa or attention=softmax

A step is zero_grad, forward, mean cross-entropy, backward and AdamW's update, in float32, on a batch drawn beforehand.
mlp: 784-512-512-10 with ReLU, 128 samples. transformer: pre-LN, causal, 4 blocks of width 128 with 4 heads and 512 hidden
units, ReLU or GELU (exact), 96 tokens in the vocabulary, 32 sequences of 64, learned positions, a LayerNorm and a head of
its own at the end; the loss is that of all 2048 tokens. Sizes can be given by the names in DEFAULTS.

Of the ways to write it, the fastest in a short trial is timed, or the one that "variant" names.
"""

import itertools
import json
import os
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

DEFAULTS = {
    "mlp": {"batch": 128, "inputs": 784, "hidden": 512, "layers": 2, "classes": 10},
    "transformer": {
        "batch": 32, "length": 64, "width": 128, "layers": 4, "heads": 4, "hidden": 512, "vocabulary": 96,
        "activation": "relu",
    },
}
BATCHES = 8  # drawn beforehand and taken in turn
ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu}


def softmax_attention(query, key, value):
    scores = query @ key.transpose(-2, -1) * query.shape[-1] ** -0.5
    later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    return scores.masked_fill(later, float("-inf")).softmax(-1) @ value


def sdpa(query, key, value):
    return F.scaled_dot_product_attention(query, key, value, is_causal=True)


ATTENTIONS = {"sdpa": sdpa, "softmax": softmax_attention}
OPTIMIZERS = {"fused": {"fused": True}, "foreach": {"foreach": True}, "loop": {"foreach": False}}


class Block(nn.Module):
    def __init__(self, width, heads, hidden, activation, attend):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.in_projection, self.out_projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.key, self.value = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.heads, self.activation, self.attend = heads, activation, attend

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.in_projection(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = self.attend(query, key, value).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out_projection(mixed)
        return x + self.value(self.activation(self.key(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, sizes, attend):
        super().__init__()
        width = sizes["width"]
        self.tokens = nn.Embedding(sizes["vocabulary"], width)
        self.positions = nn.Parameter(0.02 * torch.randn(sizes["length"], width))
        activation = ACTIVATIONS[sizes["activation"]]
        blocks = [Block(width, sizes["heads"], sizes["hidden"], activation, attend) for _ in range(sizes["layers"])]
        self.blocks = nn.Sequential(*blocks)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, sizes["vocabulary"])

    def forward(self, tokens):
        return self.head(self.norm(self.blocks(self.tokens(tokens) + self.positions)))


def mlp(sizes, _):
    widths = [sizes["inputs"], *[sizes["hidden"]] * sizes["layers"]]
    hidden = [part for a, b in itertools.pairwise(widths) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(widths[-1], sizes["classes"]))


def mlp_batches(sizes):
    images = torch.rand(BATCHES, sizes["batch"], sizes["inputs"])
    return list(zip(images, torch.randint(sizes["classes"], (BATCHES, sizes["batch"]))))


def transformer_batches(sizes):
    texts = torch.randint(sizes["vocabulary"], (BATCHES, sizes["batch"], sizes["length"] + 1))
    return [(text[:, :-1].contiguous(), text[:, 1:].contiguous()) for text in texts]


# Each op: the model of sizes and an attention, its batches, and the names of the attentions worth a trial.
OPS = {
    "mlp": (mlp, mlp_batches, [None]),
    "transformer": (Transformer, transformer_batches, list(ATTENTIONS)),
}


def variants(op):
    """Name of each way to write it, with the attention and the optimiser's options."""
    for attention, optimizer in itertools.product(OPS[op][2], OPTIMIZERS):
        name = f"adamw={optimizer}" if attention is None else f"attention={attention} adamw={optimizer}"
        yield name, (ATTENTIONS.get(attention), OPTIMIZERS[optimizer])


def train(op, sizes, variant, seed, steps):
    """Seconds and loss of each step, from the same start whatever the variant."""
    make, draw, _ = OPS[op]
    attend, options = variant
    torch.manual_seed(seed)
    model, batches = make(sizes, attend), draw(sizes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01, **options)
    seconds, losses = [], []
    for step in range(steps):
        x, labels = batches[step % len(batches)]
        start = time.perf_counter()
        optimizer.zero_grad()
        logits = model(x)
        loss = F.cross_entropy(logits.flatten(0, -2), labels.flatten())
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
        losses.append(loss.item())
    return seconds, losses


def fastest(op, sizes, seed):
    """Name of the fastest variant, and the least seconds of each: what another program's load disturbs least."""
    found = {name: [] for name, _ in variants(op)}
    for _ in range(2):  # in two rounds, so that no one bears the first alone
        for name, variant in variants(op):
            found[name] += train(op, sizes, variant, seed, 6)[0][2:]
    least = {name: min(each) for name, each in found.items()}
    return min(least, key=least.get), least


def measure(request):
    op, seed = request["op"], request.get("seed", 1)
    sizes = {key: request.get(key, value) for key, value in DEFAULTS[op].items()}
    if "threads" in request:
        torch.set_num_threads(request["threads"])
    name, tried = request.get("variant"), {}
    if name is None:
        name, tried = fastest(op, sizes, seed)
    warmup, repeat = request.get("warmup", 5), request.get("repeat", 20)
    seconds, losses = train(op, sizes, dict(variants(op))[name], seed, warmup + repeat)
    return {"seconds": seconds[warmup:], "losses": losses, "variant": name, "tried": tried}


def info():
    flags = dict(each.split("=", 1) for each in torch.__config__.show().replace("\n", ",").split(", ") if "=" in each)
    return {
        "torch": torch.__version__,
        "blas": "mkl" if torch.backends.mkl.is_available() else flags.get("BLAS_INFO", "unknown"),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
    }


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
