import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { writeDenoised } from "../../src/analysis/write-denoised.ts";
import { encodeEntries } from "../../src/checkpoint/encode.ts";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import { streamSafetensors } from "../../src/checkpoint/safetensors-writer.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { UsageError } from "../../src/errors.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { convolutionOperatorSpectrum } from "../../src/spectrum/convolution-operator.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";
import { gaussian, plant } from "../noise.ts";

const folderOf = temporaryFolders();
const tensor = (name: string, shape: number[], scale = 1) => {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return tensorOf(name, shape, Float32Array.from(gaussian(1, count, scale, name).data));
};

describe("an adapter", () => {
  const source = {
    id: "adapter",
    config: async () => ({ lora_alpha: 16 }),
    tensors: () => [
      tensor("m.layers.0.self_attn.q_proj.lora_A.weight", [8, 96]),
      tensor("m.layers.0.self_attn.q_proj.lora_B.weight", [160, 8]),
      tensor("m.layers.0.mlp.weight_g", [30, 1]),
      tensor("m.layers.0.mlp.weight_v", [30, 20]),
    ],
  };

  test("has a row for each pair, with the values of the product", async () => {
    const { checkpoints } = await analyze(source, { spectra: "all" });
    const { layers, totals } = checkpoints[0]!;
    expect(layers.map(({ layer, tensors, shape, status }) => [layer, tensors, shape, status])).toEqual([
      [
        "m.layers.0.self_attn.q_proj.lora_A.weight",
        ["m.layers.0.self_attn.q_proj.lora_A.weight", "m.layers.0.self_attn.q_proj.lora_B.weight"],
        [160, 96],
        "analysed",
      ],
      [
        "m.layers.0.mlp.weight_v",
        ["m.layers.0.mlp.weight_v", "m.layers.0.mlp.weight_g"],
        [30, 20],
        "analysed",
      ],
    ]);
    expect(totals).toMatchObject({ tensors: 4, parameters: 8 * 96 + 160 * 8 + 30 + 600, layersAnalysed: 2 });
    const [pair] = layers;
    expect(pair!.spectrum).toMatchObject({
      rows: 160,
      columns: 96,
      count: 96,
      method: "product",
      exact: true,
    });
    expect([pair!.concentration!.rank, pair!.verdict]).toEqual([8, "rank-deficient"]);
    expect(pair!.verdictEvidence).toMatch(/^a product of two factors of rank 8: 88 of 96 singular values/);
    expect(checkpoints[0]!.findings.map(({ id }) => id)).not.toContain("rank-deficient");

    const dense = await analyze(
      { id: "dense", tensors: () => [tensorOf("w", [160, 96], densely(2))] },
      { spectra: "all" },
    );
    const expected = dense.checkpoints[0]!.layers[0]!.spectrum!.singularValues!;
    const found = pair!.spectrum!.singularValues!;
    // Entries of the dense product are float64; both methods err by a small multiple of eps N s_1.
    for (let i = 0; i < 8; i++) {
      expect(Math.abs(found[i]! / expected[i]! - 1)).toBeLessThan(64 * 160 * 2 ** -53);
    }
    expect(found.slice(8).every((value) => value === 0)).toBe(true);
  });

  function densely(scale: number): Float64Array {
    const a = gaussian(1, 8 * 96, 1, "m.layers.0.self_attn.q_proj.lora_A.weight").data;
    const b = gaussian(1, 160 * 8, 1, "m.layers.0.self_attn.q_proj.lora_B.weight").data;
    const entries = new Float64Array(160 * 96);
    for (let i = 0; i < 160; i++)
      for (let j = 0; j < 96; j++)
        for (let k = 0; k < 8; k++)
          entries[i * 96 + j]! += scale * Math.fround(b[i * 8 + k]!) * Math.fround(a[k * 96 + j]!);
    return entries;
  }
});

describe("the maps of convolutions", () => {
  const conv = tensor("conv1.weight", [6, 5, 3, 3]);
  const source = { id: "net", tensors: () => [conv, tensor("fc.weight", [6, 5])] };

  test("stand beside the kernel's spectrum, when asked for", async () => {
    const { checkpoints, provenance } = await analyze(source, { convolutionOperator: 8, spectra: "all" });
    const [kernel, dense] = checkpoints[0]!.layers;
    expect(dense).not.toHaveProperty("convolutionOperator");
    const shape = { outputs: 6, inputs: 5, size: [3, 3], outputsLast: false };
    const { singularValues } = await convolutionOperatorSpectrum(await conv.read(), shape, 8);
    const found = kernel!.convolutionOperator!;
    expect(found.inputSize).toEqual([8, 8]);
    expect([found.count, found.maxSingularValue, found.minSingularValue]).toEqual([
      320,
      singularValues[0],
      singularValues[319],
    ]);
    expect(found.quantiles).toHaveLength(257);
    expect([found.quantiles[0], found.quantiles[256]]).toEqual([singularValues[319], singularValues[0]]);
    expect(found.singularValues).toEqual([...singularValues]);
    expect(kernel!.spectrum!.count).toBe(6);
    expect(provenance.configuration).toMatchObject({ convolutionOperator: 8 });
    const plain = await analyze(source);
    expect(plain.checkpoints[0]!.layers[0]).not.toHaveProperty("convolutionOperator");
  });

  test("a side that is none, or far too large, is refused before anything is computed", async () => {
    for (const convolutionOperator of [0, 1.5, 1 << 13]) {
      await expect(analyze(source, { convolutionOperator })).rejects.toThrow(UsageError);
    }
  });
});

test("config.json beside the weights tells heads apart; one that is no JSON is no harm", async () => {
  const name = "gpt_neox.layers.0.attention.query_key_value.weight";
  const content = { name, shape: [48, 16], dtype: "F32" as const };
  const bytes = () => [encodeEntries(gaussian(48, 16, 1, name).data, "F32")];
  const layersIn = async (config: string) => {
    const folder = folderOf({ "config.json": Buffer.from(config) });
    await streamSafetensors(join(folder, "model.safetensors"), [{ ...content, bytes }], {});
    const { checkpoints } = await analyze(folder);
    return checkpoints[0]!.layers.map(({ layer, role }) => [layer.slice(name.length), role]);
  };
  expect(await layersIn('{ "num_attention_heads": 4, "hidden_size": 16 }')).toEqual([
    ["[q]", "query"],
    ["[k]", "key"],
    ["[v]", "value"],
  ]);
  expect(await layersIn("{")).toEqual([["", "query-key-value"]]);
  expect(await layersIn("[1]")).toEqual([["", "query-key-value"]]);
});

test("a part that takes turns with others is denoised in its own places, and the others are as they were", async () => {
  const [rows, columns, size] = [180, 40, 20];
  const whole = gaussian(rows, columns, 0.02, "noise").data;
  // Queries are rows 0 to 19 of every 60; three directions stand out of them.
  const queries = [5, 4, 3].reduce(
    (matrix, times) => plant(matrix, times * 0.02 * (60 * 40) ** 0.25, `plant ${times}`),
    gaussian(60, columns, 0.02, "queries"),
  );
  for (let i = 0; i < 60; i++) {
    const row = Math.floor(i / size) * 3 * size + (i % size);
    whole.set(queries.data.subarray(i * columns, (i + 1) * columns), row * columns);
  }
  const folder = folderOf({ "config.json": Buffer.from('{ "n_head": 3, "head_dim": 20 }') });
  const name = "transformer.h.0.self_attention.query_key_value.weight";
  const before = encodeEntries(whole, "F32");
  await streamSafetensors(
    join(folder, "model.safetensors"),
    [{ name, shape: [rows, columns], dtype: "F32", bytes: () => [before] }],
    {},
  );
  const result = (await analyze(folder)).checkpoints[0]!;
  const output = join(folderOf({}), "out.safetensors");
  const { denoised } = await writeDenoised(folder, result, output);
  expect(denoised.map(({ layer, rank }) => [layer, rank])).toEqual([[`${name}[q]`, 3]]);

  const together = (await analyze(folder, { keepFused: true })).checkpoints[0]!;
  const again = join(folderOf({}), "out.safetensors");
  const joined = await writeDenoised(folder, together, again, { keepFused: true });
  expect([...joined.denoised, ...joined.leftAsTheyAre].map(({ layer }) => layer)).toEqual([name]);

  const checkpoint = await openCheckpoint(output);
  const [after] = checkpoint.tensors();
  const entries = await after!.read();
  const config = { n_head: 3, head_dim: 20 };
  const [q, k, v] = layersOf([after!], { config });
  const [, oldKeys, oldValues] = layersOf([tensorOf(name, [rows, columns], Float32Array.from(whole))], {
    config,
  });
  expect((await k!.read()).data).toEqual((await oldKeys!.read()).data);
  expect((await v!.read()).data).toEqual((await oldValues!.read()).data);
  const kept = Float64Array.from((await q!.read()).data);
  const energy = kept.reduce((sum, entry) => sum + entry * entry, 0);
  const old = queries.data.reduce((sum, entry) => sum + entry * entry, 0);
  expect(Math.abs(energy / old / denoised[0]!.energyKept - 1)).toBeLessThan(1e-5);
  expect(entries.length).toBe(rows * columns);
  await checkpoint.close();
});
