import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import { modelOfConfig } from "../../src/models/catalogue.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { cases } from "./reference-feeds.ts";
import { modelCase } from "./reference-fixtures.ts";
import { distance, norm, runValues } from "./run-values.ts";

/** A Python with torch and transformers: scripts/fixtures/README.md says how one is made. */
const pythons = ["torch", "transformers4"].map((name) => `/opt/peers/${name}/bin/python`);

const folder = mkdtempSync(join(tmpdir(), "marchenko-dropout-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A model in training, with weights in float64: its logits, and the masks that it drew, in the order of its calls. */
const script = `
import sys, torch, transformers
from safetensors.torch import load_file, save_file
checkpoint, inputs, out, kind, rates = *sys.argv[1:5], sys.argv[5].split(",")
masks = {}
def dropout(x, p=0.5, training=True, inplace=False):
    if p == 0 or not training: return x
    mask = (torch.rand(x.shape, dtype=torch.float64) >= p).double() / (1 - p)
    masks[f"mask.{len(masks)}"] = mask.contiguous()
    return x * mask
torch.nn.functional.dropout = dropout
torch.manual_seed(3)
config = transformers.AutoConfig.from_pretrained(checkpoint)
for rate in rates:
    name, value = rate.split("=")
    setattr(config, name, float(value))
model = getattr(transformers, kind).from_pretrained(checkpoint, config=config, attn_implementation="eager").double().train()
given = {name[7:]: entries for name, entries in load_file(inputs).items() if name.startswith("inputs/")}
given = {name: entries.double() if entries.is_floating_point() else entries.long() for name, entries in given.items()}
save_file({"logits": model(**given).logits.detach().contiguous(), **masks}, out)
`;

/** Rates by the names of each model_type's configuration. */
const rates: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  vit: { hidden_dropout_prob: 0.3, attention_probs_dropout_prob: 0.2 },
  t5: { dropout_rate: 0.25 },
  gpt2: { embd_pdrop: 0.1, attn_pdrop: 0.2, resid_pdrop: 0.3 },
};

const tests = pythons.flatMap((python) => cases.map(([name, feeding]) => ({ python, name, feeding })));
for (const { python, name, feeding } of tests) {
  it.skipIf(!existsSync(python))(
    `${name} drops what transformers drops: ${python}`,
    { timeout: 120_000 },
    async () => {
      const { config, weights, reference } = await modelCase(name);
      const file = config as { model_type: string; architectures: string[] };
      const own = rates[file.model_type]!;
      const model = modelOfConfig(config);
      const { sizes, sparsity } = model.fromHuggingFace({ ...file, ...own });
      const traced = model.trace(sizes, sparsityOptions.parse(sparsity), {
        batchSize: 3,
        training: true,
        labelSmoothing: 0,
        ...feeding.options,
      });
      const [program, out] = ["dropout.py", "dropped.safetensors"].map((each) => join(folder, each));
      writeFileSync(program!, script);
      const stored = join("test", "fixtures", "trainer", name);
      execFileSync(
        python,
        [
          program!,
          join(stored, "checkpoint"),
          join(stored, "reference.safetensors"),
          out!,
          file.architectures[0]!,
          Object.entries(own)
            .map(([key, rate]) => `${key}=${rate}`)
            .join(),
        ],
        { stdio: "pipe" },
      );
      const theirs = await openCheckpoint(out!);
      const read = new Map<string, Float32Array | Float64Array>();
      for (const tensor of theirs.tensors()) read.set(tensor.name, await tensor.read());
      await theirs.close();
      expect(read.size - 1).toBe(traced.draws.length);
      // Models are traced in the order in which they compute.
      const masks = traced.draws.map((draw, i) => [draw.name, read.get(`mask.${i}`)!] as const);
      const { logits } = await runValues({ logits: traced.logits }, weights, {
        ...feeding.feed(reference),
        ...Object.fromEntries(masks),
      });
      // Theirs takes softmax and mean squares in float32, whatever the weights are; a mask elsewhere is off by a tenth.
      expect(distance(logits, read.get("logits")!)).toBeLessThan(64 * 2 ** -24 * norm(logits));
    },
  );
}
