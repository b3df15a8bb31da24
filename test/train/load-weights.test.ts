import { join } from "node:path";
import { expect, test } from "vitest";
import { sizeOf } from "../../src/autodiff/shape.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors-writer.ts";
import { vitModel } from "../../src/models/vit.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { loadWeights } from "../../src/train/load-weights.ts";
import { runFolders } from "./toy.ts";

const newFolder = runFolders();

test("a ViT's base model, whose names lack the prefix and which has a pooler, is begun with a new head", async () => {
  const options = { batchSize: 1, training: true, labelSmoothing: 0 };
  const sizes = { width: 8, depth: 1, heads: 2, pooling: "class-token" };
  const traced = vitModel.trace(sizes, sparsityOptions.parse({}), options);
  const specs = Array.from(traced.parameters.values(), ({ spec }) => spec);
  const body = specs.filter(({ name }) => name.startsWith("vit."));
  const tensors = body.map(({ name, shape }, i) => ({
    name: name.slice("vit.".length),
    shape,
    data: new Float32Array(sizeOf(shape)).fill(i),
  }));
  const pooler = ["weight", "bias"].map((part) => ({
    name: `pooler.dense.${part}`,
    shape: [1],
    data: new Float32Array(1),
  }));
  const path = join(newFolder(), "..", "base.safetensors");
  await writeSafetensors(path, [...tensors, ...pooler]);
  const head = ["classifier.weight", "classifier.bias"];
  const loaded = await loadWeights(path, traced, head);
  expect(Array.from(loaded.keys())).toEqual(body.map(({ name }) => name));
  for (const [i, { name }] of body.entries()) expect(loaded.get(name)![0]).toBe(i);
  await expect(loadWeights(path, traced, [])).rejects.toThrow(/it lacks: classifier.weight, classifier.bias/);
});
