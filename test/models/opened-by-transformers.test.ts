import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors-writer.ts";
import { modelOf } from "../../src/models/catalogue.ts";
import type { Traced } from "../../src/models/model.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { distance, drawEntries, norm, runValues } from "./run-values.ts";

/** A Python with torch and transformers: scripts/fixtures/README.md says how one is made. */
const pythons = ["torch", "transformers4"].map((name) => `/opt/peers/${name}/bin/python`);

const folder = mkdtempSync(join(tmpdir(), "marchenko-models-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const vit = {
  imageSize: 6,
  patchSize: 2,
  channels: 2,
  classes: 3,
  width: 8,
  depth: 2,
  heads: 2,
  mlpWidth: 12,
  pooling: "class-token",
};
const t5 = {
  vocabulary: 11,
  width: 8,
  mlpWidth: 12,
  heads: 2,
  headWidth: 6,
  inputLength: 6,
  targetLength: 5,
};
const gpt = { vocabulary: 11, contextLength: 7, width: 8, depth: 2, heads: 2 };

/** What transformers calls the inputs, and what theirs are made of. */
type Feed = Record<string, Float64Array>;
const cases: readonly (readonly [
  name: string,
  kind: string,
  sizes: object,
  activation: string,
  theirs: string[],
])[] = [
  ["vit", "vit", vit, "silu", ["pixel_values"]],
  ["t5 tied", "t5", t5, "relu", ["input_ids", "attention_mask", "labels"]],
  [
    "t5 gated untied",
    "t5",
    { ...t5, gated: true, tied: false },
    "gelu-new",
    ["input_ids", "attention_mask", "labels"],
  ],
  ["gpt", "gpt", gpt, "relu", ["input_ids"]],
];

/** Whole numbers in [1, 11), and pixels like them. */
function feedOf({ inputs }: Traced): Feed {
  const feed = Object.fromEntries(
    Array.from(inputs, ([name, shape]) => {
      const size = shape.reduce((product, side) => product * side, 1);
      return [name, Float64Array.from({ length: size }, (_, i) => 1 + ((i * 7) % 10))];
    }),
  );
  if (feed.inputMask) feed.inputMask = feed.inputMask.map((_, i) => (i % 6 < 4 ? 1 : 0));
  // T5's inputs of the decoder are its labels behind a 0.
  if (feed.decoderInputs) {
    feed.decoderInputs = feed.labels!.map((_, i) => (i % 5 === 0 ? 0 : feed.labels![i - 1]!));
  }
  return feed;
}

const ours: Readonly<Record<string, readonly string[]>> = {
  pixel_values: ["images"],
  input_ids: ["tokens", "inputs"],
  attention_mask: ["inputMask"],
  labels: ["labels"],
};

describe.each(pythons)("checkpoints opened by %s", (python) => {
  it.skipIf(!existsSync(python)).each(cases)("%s", async (name, kind, sizes, activation, theirs) => {
    const model = modelOf(kind);
    const sparsity = sparsityOptions.parse({ activation });
    const traced = model.trace(sizes, sparsity, { batchSize: 2, training: false, labelSmoothing: 0 });
    const entries = new Map(Array.from(drawEntries(traced, 1), ([each, x]) => [each, Float32Array.from(x)]));
    const tensors = Array.from(traced.parameters, ([each, { spec }]) => ({
      name: each,
      shape: spec.shape,
      data: entries.get(each)!,
    }));
    await writeSafetensors(join(folder, "model.safetensors"), tensors, { format: "pt" });
    writeFileSync(join(folder, "config.json"), JSON.stringify(model.huggingFaceConfig(sizes, sparsity)));
    const feed = feedOf(traced);
    const inputs = theirs.map((each) => {
      const own = ours[each]!.find((candidate) => candidate in feed)!;
      return { name: each, shape: traced.inputs.get(own)!, data: feed[own]! };
    });
    await writeSafetensors(join(folder, "inputs.safetensors"), inputs);
    const logitsFile = join(folder, "logits.safetensors");
    const script = join("scripts", "fixtures", "check_checkpoint.py");
    const inputsFile = join(folder, "inputs.safetensors");
    // Ends with 1 where a key is missing or unknown.
    const answer = execFileSync(python, [script, folder, "--inputs", inputsFile, "-o", logitsFile], {
      encoding: "utf8",
    });
    expect(JSON.parse(answer), name).toMatchObject({ missing: [], unexpected: [], mismatched: [] });

    const { logits } = await runValues({ logits: traced.logits }, entries, feed);
    const checkpoint = await openCheckpoint(logitsFile);
    const stored = await checkpoint
      .tensors()
      .find((tensor) => tensor.name === "logits")!
      .read();
    await checkpoint.close();
    // Theirs in float32: tens of its roundings of 6e-8.
    expect(distance(stored, logits)).toBeLessThan(1e-5 * norm(logits));
  });
});
