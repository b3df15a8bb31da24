import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { entryCount } from "../../src/checkpoint/tensor.ts";
import type { LayerOptions } from "../../src/layers/layers-of.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { counting, describedOnly } from "./described.ts";

const split = (name: string, shape: number[], beside: Tensor[] = [], options: LayerOptions = {}) =>
  layersOf([describedOnly(name, shape), ...beside], options)
    .filter(({ tensor }) => tensor === name)
    .map(({ layer, role, orientation, shape }) => [
      layer.slice(name.length),
      role,
      orientation,
      shape.join("x"),
    ]);

const beside = (name: string, shape: number[]) => [describedOnly(name, shape)];

describe("queries, keys and values", () => {
  test.each<[string, string, number[], unknown[]]>([
    ["three equal parts", "blocks.0.attn.qkv.weight", [12, 4], ["4x4", "4x4", "4x4"]],
    ["more outputs than three times the inputs", "blocks.0.attn.qkv.weight", [24, 4], ["8x4", "8x4", "8x4"]],
    ["grouped, by shape: as many queries as inputs", "blk.0.attn_qkv.weight", [16, 8], ["8x8", "4x8", "4x8"]],
    ["torch.nn", "encoder.layers.0.self_attn.in_proj_weight", [12, 4], ["4x4", "4x4", "4x4"]],
    ["a 1 x 1 convolution", "mid.attn.to_qkv.weight", [12, 4, 1, 1], ["4x4", "4x4", "4x4"]],
  ])("%s", (_, name, shape, shapes) => {
    const parts = split(name, shape);
    expect(parts.map(([label]) => label)).toEqual(["[q]", "[k]", "[v]"]);
    expect(parts.map(([, role]) => role)).toEqual(["query", "key", "value"]);
    expect(parts.map((part) => part[3])).toEqual(shapes);
  });

  test("columns of an in-out matrix", () => {
    expect(split("h.0.attn.c_attn.weight", [4, 12])).toEqual([
      ["[q]", "query", "in-out", "4x4"],
      ["[k]", "key", "in-out", "4x4"],
      ["[v]", "value", "in-out", "4x4"],
    ]);
    expect(split("h.0.crossattention.c_attn.weight", [4, 8])).toEqual([
      ["[k]", "key", "in-out", "4x4"],
      ["[v]", "value", "in-out", "4x4"],
    ]);
  });

  test("a configuration that fits counts more than the shape", () => {
    const config = { num_attention_heads: 4, num_key_value_heads: 1, head_dim: 3 };
    const name = "model.layers.0.self_attn.qkv_proj.weight";
    expect(split(name, [18, 12], [], { config }).map((part) => part[3])).toEqual(["12x12", "3x12", "3x12"]);
    expect(split(name, [18, 4], [], { config }).map((part) => part[3])).toEqual(["12x4", "3x4", "3x4"]);
    expect(split(name, [18, 4]).map((part) => part[3])).toEqual(["6x4", "6x4", "6x4"]);
    // Of a tower: those of the outer model do not fit.
    const nested = { num_attention_heads: 5, hidden_size: 50, vision_config: config };
    expect(split(name, [18, 4], [], { config: nested }).map((part) => part[3])).toEqual([
      "12x4",
      "3x4",
      "3x4",
    ]);
  });

  test.each<[string, string, number[], LayerOptions]>([
    [
      "heads in turn without a configuration",
      "gpt_neox.layers.0.attention.query_key_value.weight",
      [12, 4],
      {},
    ],
    ["outputs in no such parts", "blocks.0.attn.qkv.weight", [13, 4], {}],
    ["fewer keys than fit", "blocks.0.attn.qkv.weight", [10, 4], {}],
    ["if asked to", "blocks.0.attn.qkv.weight", [12, 4], { keepFused: true }],
  ])("they stay one: %s", (_, name, shape, options) => {
    expect(split(name, shape, [], options)).toEqual([["", "query-key-value", "out-in", shape.join("x")]]);
  });

  test.each([
    null,
    {},
    { num_attention_heads: "4", hidden_size: 4 },
    { num_attention_heads: 0, hidden_size: 4 },
    { num_attention_heads: 3, hidden_size: 4 },
    { num_attention_heads: -1, head_dim: -1 },
    { num_attention_heads: 1e300, head_dim: 1e300 },
    { num_attention_heads: [4], head_dim: { size: 4 } },
    { attn_config: null, text_config: [[[[]]]] },
    JSON.parse('{ "__proto__": { "num_attention_heads": 1, "head_dim": 4 } }'),
  ])("a configuration that says nothing of use is no harm: %j", (config) => {
    expect(split("h.0.attn.qkv.weight", [13, 4], [], { config })).toHaveLength(1);
  });
});

describe("gates and their factors", () => {
  const name = "model.layers.0.mlp.experts.gate_up_proj";
  test("rows of a plain matrix", () => {
    expect(split("model.layers.0.mlp.gate_up_proj.weight", [8, 3])).toEqual([
      ["[gate]", "mlp-gate", "out-in", "4x3"],
      ["[up]", "mlp-in", "out-in", "4x3"],
    ]);
  });

  test("of each of a stack of experts, outputs first by the shape of down_proj", () => {
    expect(split(name, [2, 8, 3], beside("model.layers.0.mlp.experts.down_proj", [2, 3, 4]))).toEqual([
      ["[0][gate]", "mlp-gate", "out-in", "4x3"],
      ["[0][up]", "mlp-in", "out-in", "4x3"],
      ["[1][gate]", "mlp-gate", "out-in", "4x3"],
      ["[1][up]", "mlp-in", "out-in", "4x3"],
    ]);
  });

  test("outputs last by the same", async () => {
    const llama4 = "model.layers.0.feed_forward.experts.gate_up_proj";
    const down = beside("model.layers.0.feed_forward.experts.down_proj", [2, 4, 3]);
    const layers = layersOf([counting(llama4, [2, 3, 8]), ...down]);
    expect(layers.slice(0, 2).map(({ layer, orientation }) => [layer, orientation])).toEqual([
      [`${llama4}[0][gate]`, "in-out"],
      [`${llama4}[0][up]`, "in-out"],
    ]);
    expect([...(await layers[3]!.read()).data]).toEqual([28, 29, 30, 31, 36, 37, 38, 39, 44, 45, 46, 47]);
  });

  test("gpt-oss has them in turn, column by column", async () => {
    const down = beside("model.layers.0.mlp.experts.down_proj", [2, 4, 3]);
    const [gate, up] = layersOf([counting(name, [2, 3, 8]), ...down]);
    expect([...(await gate!.read()).data]).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
    expect([...(await up!.read()).data]).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
  });

  test("experts under one another need their number", () => {
    const dbrx = "transformer.blocks.0.ffn.experts.mlp.w1";
    expect(split(dbrx, [12, 5])).toHaveLength(1);
    const config = { ffn_config: { moe_num_experts: 3 } };
    expect(split(dbrx, [12, 5], [], { config }).map(([label, role]) => [label, role])).toEqual([
      ["[0]", "mlp-gate"],
      ["[1]", "mlp-gate"],
      ["[2]", "mlp-gate"],
    ]);
  });
});

describe("gates of recurrent cells", () => {
  const labels = (name: string, shape: number[], others: Tensor[] = []) =>
    split(name, shape, others).map(([label, , , size]) => `${label}${size}`);

  test("an LSTM of torch.nn has four, a GRU three, a plain cell one", () => {
    const lstm = ["[i]4x6", "[f]4x6", "[g]4x6", "[o]4x6"];
    expect(labels("rnn.weight_ih_l0", [16, 6], beside("rnn.weight_hh_l0", [16, 4]))).toEqual(lstm);
    expect(labels("rnn.weight_ih_l0", [12, 6], beside("rnn.weight_hh_l0", [12, 4]))).toEqual(
      ["r", "z", "n"].map((gate) => `[${gate}]4x6`),
    );
    expect(labels("rnn.weight_ih_l0", [4, 6], beside("rnn.weight_hh_l0", [4, 4]))).toEqual(["4x6"]);
    expect(labels("rnn.weight_hh_l1_reverse", [16, 4])).toEqual(lstm.map((gate) => gate.replace("6", "4")));
    expect(labels("cell.weight_hh", [12, 4])).toEqual(["[r]4x4", "[z]4x4", "[n]4x4"]);
  });

  test("with projections, by their matrix", () => {
    const others = [...beside("rnn.weight_hh_l0", [16, 2]), ...beside("rnn.weight_hr_l0", [2, 4])];
    expect(labels("rnn.weight_ih_l0", [16, 6], others)).toEqual(
      ["i", "f", "g", "o"].map((gate) => `[${gate}]4x6`),
    );
  });

  test("Keras has them as columns", async () => {
    const kernel = counting("lstm/lstm_cell/kernel:0", [2, 8]);
    const recurrent = counting("lstm/lstm_cell/recurrent_kernel:0", [2, 8]);
    const layers = layersOf([kernel, recurrent]);
    expect(layers.map(({ layer, role }) => [layer.split("/").at(-1), role])).toEqual([
      ...["i", "f", "g", "o"].map((gate) => [`kernel:0[${gate}]`, "input-hidden"]),
      ...["i", "f", "g", "o"].map((gate) => [`recurrent_kernel:0[${gate}]`, "hidden-hidden"]),
    ]);
    expect([...(await layers[1]!.read()).data]).toEqual([2, 3, 10, 11]);
    expect(labels("layers/gru/cell/vars/0", [5, 12], beside("layers/gru/cell/vars/1", [4, 12]))).toEqual([
      "[z]5x4",
      "[r]5x4",
      "[n]5x4",
    ]);
  });
});

const heads = fc.record({
  groups: fc.integer({ min: 1, max: 4 }),
  shared: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 5 }),
  inputs: fc.integer({ min: 1, max: 7 }),
  name: fc.constantFrom(
    "gpt_neox.layers.0.attention.query_key_value.weight",
    "model.layers.0.attention.wqkv.weight",
    "model.layers.0.self_attn.qkv_proj.weight",
    "transformer.h.0.attn.c_attn.weight",
  ),
  withRanges: fc.boolean(),
});

test("the parts have each of the tensor's entries once, by whole rows, by blocks of rows, and read into an array", async () => {
  await fc.assert(
    fc.asyncProperty(heads, async ({ groups, shared, size, inputs, name, withRanges }) => {
      const outputs = groups * (shared + 2) * size;
      const shape = name.includes("c_attn") ? [inputs, outputs] : [outputs, inputs];
      const config = {
        num_attention_heads: groups * shared,
        num_key_value_heads: groups,
        head_dim: size,
      };
      const { readInto, ...whole } = counting(name, shape);
      const tensor: Tensor = withRanges ? { ...whole, readInto: readInto! } : { ...whole, readWhole: true };
      const seen: number[] = [];
      for (const layer of layersOf([tensor], { config })) {
        const [rows, columns] = layer.matrixShape!;
        const { data } = await layer.read();
        expect(data.length).toBe(rows * columns);
        expect((await layer.read(new Float32Array(rows * columns))).data).toEqual(data);
        seen.push(...data);
        if (!withRanges) continue;
        const last = new Float32Array(Math.ceil(rows / 2) * columns);
        await layer.readRows!(last, rows - Math.ceil(rows / 2));
        expect(last).toEqual(data.slice(data.length - last.length));
      }
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: entryCount(shape) }, (_, i) => i));
    }),
    { seed: 20241126, numRuns: 300 },
  );
});

test("a part in turns of a large tensor is read some rows at a time", async () => {
  // One head of 700 rows a part; 2^20 entries hold 349 rows of 3000.
  const lengths: number[] = [];
  const shape = [2100, 1000];
  const own = counting("h.0.self_attention.query_key_value.weight", shape);
  const tensor: Tensor = {
    ...own,
    readInto: async (into, start) => {
      lengths.push(into.length);
      await own.readInto!(into, start);
    },
  };
  const config = { n_head: 1, head_dim: 700 };
  const [, key] = layersOf([tensor], { config });
  expect((await key!.read(new Float32Array(700_000))).data[0]).toBe(700_000);
  expect(lengths).toEqual([700_000]);
  const wide: Tensor = { ...tensor, name: "h.0.attn.c_attn.weight", shape: [700, 3000] };
  const columns = layersOf([wide], { config });
  lengths.length = 0;
  const { data } = await columns[1]!.read();
  expect(data[1000]).toBe(3000 + 1000);
  expect(lengths).toEqual([349 * 3000, 349 * 3000, 2 * 3000]);
});
