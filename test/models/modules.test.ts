import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { constant, parameter } from "../../src/autodiff/leaves.ts";
import { sum } from "../../src/autodiff/ops/broadcasting.ts";
import { contraction } from "../../src/autodiff/ops/contraction.ts";
import { permute } from "../../src/autodiff/ops/permute.ts";
import { sizeOf } from "../../src/autodiff/shape.ts";
import type { Value } from "../../src/autodiff/value.ts";
import { randomStream } from "../../src/linalg/random.ts";
import type { MlpBlock, Traced, TraceOptions } from "../../src/models/model.ts";
import { mergeLowRank } from "../../src/sparsity/lora.ts";
import { type SparsityInput, sparsityOptions } from "../../src/sparsity/options.ts";
import { distance, drawEntries, drawFeed, norm, runValues } from "./run-values.ts";
import { tinyModels } from "./tiny-models.ts";

/** K of a block, neurons first: GPT stores it the other way. */
function keyOf({ parameters, taps }: Traced, { tap, key }: MlpBlock): Value {
  const { value } = parameters.get(key)!;
  const width = taps.get(`${tap}.input`)!.shape[2];
  return value.shape[1] === width ? value : permute(value, [1, 0]);
}

const plain: TraceOptions = { batchSize: 2, training: true, labelSmoothing: 0 };

describe.each(tinyModels)("$name", ({ model, sizes, feed: batch }) => {
  const trace = (sparsity: SparsityInput, options: Partial<TraceOptions> = {}) =>
    model.trace(sizes, sparsityOptions.parse(sparsity), { ...plain, ...options });

  it("declares taps of the shapes and values that its blocks state", async () => {
    const traced = trace({ activation: "jsrelu" });
    expect(traced.blocks.length).toBeGreaterThan(0);
    for (const [i, { tap, key, gate, value, activation }] of traced.blocks.entries()) {
      expect(tap).toBe(`block.${i}.mlp`);
      expect(activation).toBe("jsrelu");
      const at = (part: string) => traced.taps.get(`${tap}.${part}`)!.shape;
      const [rows, width, neurons] = [at("input").slice(0, 2), at("input")[2], at("activation")[2]];
      expect(at("preActivation")).toEqual([...rows, neurons]);
      expect(at("output").slice(0, 2)).toEqual(rows);
      const sides = (name: string) => Array.from(traced.parameters.get(name)!.value.shape).sort();
      expect(sides(key)).toEqual([width, neurons].sort());
      if (gate !== null) expect(sides(gate)).toEqual([width, neurons].sort());
      if (value !== null) expect(sides(value)).toEqual([at("output")[2], neurons].sort());
    }
    const { loss, rowLosses, logits, ...taps } = await runValues(
      {
        loss: traced.loss,
        rowLosses: traced.rowLosses,
        logits: traced.logits,
        ...Object.fromEntries(traced.taps),
      },
      drawEntries(traced, 1),
      batch(traced, 1),
    );
    expect(Object.values<Float64Array>(taps).every((each) => each.every(Number.isFinite))).toBe(true);
    const labels = Array.from(batch(traced, 1).labels!);
    const counted = labels.filter((label) => label >= 0).length;
    expect(counted).toBeGreaterThan(0);
    expect(rowLosses.length * traced.logits.shape[1]!).toBe(logits.length);
    expect(loss[0]).toBeCloseTo(rowLosses.reduce((a, b) => a + b, 0) / counted, 12);
  });

  describe("a disturbance of what blocks take", () => {
    const disturbed = trace({ zerothBias: { placement: "input" } }, { disturbed: true });
    const names = disturbed.blocks.map(({ tap }) => `${tap}.disturbance`);
    const at = (name: string) => disturbed.taps.get(name)!;
    const feed = (of: (name: string) => number) =>
      Object.fromEntries(
        names.map((name) => [name, new Float64Array(sizeOf(at(name).shape)).map(() => of(name))]),
      );
    const entries = drawEntries(disturbed, 1);

    it("changes nothing where it is zero, and has the gradient of the tokens", async () => {
      const without = trace({ zerothBias: { placement: "input" } });
      expect(Array.from(disturbed.parameters.keys())).toEqual(Array.from(without.parameters.keys()));
      expect(disturbed.inputs).toEqual(without.inputs);
      const values = disturbed.blocks.flatMap(({ tap }) => [at(`${tap}.disturbance`), at(`${tap}.input`)]);
      const gradients = differentiate(disturbed.loss, values);
      const found = (await runValues(
        { logits: disturbed.logits, ...Object.fromEntries(gradients.map((each, i) => [i, each])) },
        entries,
        { ...batch(disturbed, 1), ...feed(() => 0) },
      )) as Record<string, Float64Array>;
      const plainly = await runValues({ logits: without.logits }, entries, batch(without, 1));
      expect(found.logits).toEqual(plainly.logits);
      for (let i = 0; i < gradients.length; i += 2) {
        expect(norm(found[i]!)).toBeGreaterThan(0);
        expect(found[i]).toEqual(found[i + 1]);
      }
    });

    it("moves what one block takes, and no token before it", async () => {
      const last = disturbed.blocks.at(-1)!;
      const moved = { ...batch(disturbed, 1), ...feed((name) => (name === names.at(-1) ? 0.5 : 0)) };
      const still = { ...batch(disturbed, 1), ...feed(() => 0) };
      const taps = Object.fromEntries(disturbed.taps) as Record<string, Value>;
      const [after, before] = [await runValues(taps, entries, moved), await runValues(taps, entries, still)];
      expect(after[`${last.tap}.input`]).toEqual(before[`${last.tap}.input`]);
      const shift = await runValues(
        { moved: contraction(constant(0.5, at(names.at(-1)!).shape), keyOf(disturbed, last), "btd,nd->btn") },
        entries,
      );
      const difference = after[`${last.tap}.preActivation`]!.map(
        (each, i) => each - before[`${last.tap}.preActivation`]![i]!,
      );
      expect(norm(shift.moved)).toBeGreaterThan(0);
      expect(distance(difference, shift.moved)).toBeLessThan(
        1e-13 * norm(after[`${last.tap}.preActivation`]!),
      );
    });
  });

  describe("a zeroth bias", () => {
    it.each(["input", "output"] as const)("at the %s changes nothing while it is zero", async (placement) => {
      const traced = trace({ zerothBias: { placement } });
      const without = trace({});
      const entries = drawEntries(traced, 1);
      for (const [name, { spec }] of traced.parameters) {
        if (spec.role === "zeroth-bias") entries.get(name)!.fill(0);
      }
      const { logits } = await runValues({ logits: traced.logits }, entries, batch(traced, 1));
      const vanilla = await runValues({ logits: without.logits }, entries, batch(without, 1));
      expect(logits).toEqual(vanilla.logits);
    });

    it.each([
      ["input", "input"],
      ["output", "output"],
    ] as const)("at the %s has the gradient of its tokens, summed over samples", async (placement, tap) => {
      const traced = trace({ zerothBias: { placement } });
      const biases = Array.from(traced.parameters.values()).filter(({ spec }) => spec.role === "zeroth-bias");
      expect(biases.length).toBe(traced.blocks.length);
      const values = traced.blocks.map((block) => traced.taps.get(`${block.tap}.${tap}`)!);
      const gradients = differentiate(traced.loss, [...biases.map(({ value }) => value), ...values]);
      const found = (await runValues(
        Object.fromEntries(gradients.map((each, i) => [i, each])),
        drawEntries(traced, 1),
        batch(traced, 1),
      )) as Record<string, Float64Array>;
      for (const [i, { spec }] of biases.entries()) {
        const forTokens = found[i + biases.length]!;
        const size = sizeOf(spec.shape);
        const summed = new Float64Array(size);
        for (const [place, each] of forTokens.entries()) summed[place % size]! += each;
        expect(norm(summed)).toBeGreaterThan(0);
        expect(distance(found[i]!, summed)).toBeLessThan(1e-6 * norm(summed));
      }
    });

    it("is held to the scale of the norm before it, as that is after the step", async () => {
      const traced = trace({ zerothBias: {}, restrictedLayerNorm: true });
      for (const { spec } of traced.parameters.values()) {
        if (spec.role !== "zeroth-bias") continue;
        const next = parameter("next", spec.shape);
        const asked: string[] = [];
        const held = spec.constrain!(next, (name) => {
          asked.push(name);
          const scale = traced.parameters.get(name)!.spec;
          expect(scale.role).toBe("norm-weight");
          return constant(2, scale.shape);
        });
        const large = new Float64Array(sizeOf(spec.shape)).fill(9);
        const found = await runValues({ held }, new Map([["next", large]]));
        // 0.1 times the scale; without one it counts as 1.
        const limit = asked.length > 0 ? 0.2 : 0.1;
        expect(found.held.every((each) => each === limit)).toBe(true);
      }
    });
  });

  describe("restricted norms", () => {
    const restricted = (sparsity: SparsityInput, options = {}) => {
      const traced = trace(sparsity, options);
      const held = Array.from(traced.parameters.values()).filter(({ spec }) => spec.constrain);
      return { traced, held: held.map(({ spec }) => spec) };
    };

    it("from scratch have no bias and scales of at least 1", async () => {
      const { traced, held } = restricted({ restrictedLayerNorm: true });
      const free = trace({});
      const lost = Array.from(free.parameters.keys()).filter((name) => !traced.parameters.has(name));
      for (const name of lost) expect(free.parameters.get(name)!.spec.role).toBe("norm-bias");
      for (const spec of held) {
        expect(spec.role).toBe("norm-weight");
        expect(spec.initial(randomStream(1, []), spec.shape).every((each) => each >= 1)).toBe(true);
        expect(lost.includes(spec.name.replace(/weight$/, "bias")) || model.kind === "t5").toBe(true);
      }
      const norms = Array.from(traced.parameters.values()).some(({ spec }) => spec.role === "norm-weight");
      expect(held.length).toBe(norms ? traced.blocks.length : 0);
    });

    it("while finetuning keep their bias as it came, and rise with the step", async () => {
      const { traced, held } = restricted({ restrictedLayerNorm: { upliftSteps: 4 } });
      for (const { name, constrain, shape } of held) {
        const bias = traced.parameters.get(name.replace(/weight$/, "bias"))?.spec;
        expect(bias?.trainable).toBe(model.kind === "t5" ? undefined : false);
        const scale = parameter("scale", shape);
        const entries = new Map([["scale", new Float64Array(sizeOf(shape)).fill(-0.1)]]);
        const floors = traced.scheduled.find((each) => each.name === "restrictedLayerNorm.floor")!;
        for (const step of [0, 2, 3, 8]) {
          const outputs = { raised: constrain!(scale, () => scale) };
          const { raised } = await runValues(outputs, entries, drawFeed(traced, 1, step));
          expect(raised.every((each) => each === -Math.min((step + 1) / 4, 1))).toBe(true);
          expect(floors.at(step)).toBe(Math.min((step + 1) / 4, 1));
        }
      }
    });

    it("are clamped before the step where the options say so", () => {
      const { held } = restricted({ restrictedLayerNorm: { legacyOrder: true } });
      expect(held.every((spec) => spec.constrainBefore === true)).toBe(true);
      expect(restricted({ restrictedLayerNorm: true }).held.some((spec) => spec.constrainBefore)).toBe(false);
    });
  });

  it.each(["tokenwise", "shared"] as const)("has %s noise in training only", async (kind) => {
    const sparsity: SparsityInput = { synapseNoise: { kind } };
    const [training, evaluation, vanilla] = [
      trace(sparsity),
      trace(sparsity, { training: false }),
      trace({}, { training: false }),
    ];
    const matrices = training.blocks.flatMap(({ key, value }) => (value === null ? [key] : [key, value]));
    expect(training.draws.length).toBeGreaterThanOrEqual(matrices.length);
    expect(evaluation.draws).toEqual([]);
    const entries = drawEntries(training, 1);
    const logits = async (traced: typeof training, seed: number) => {
      const feed = { ...batch(traced, 1), ...drawFeed(traced, seed, 0) };
      return (await runValues({ logits: traced.logits }, entries, feed)).logits;
    };
    expect(await logits(evaluation, 1)).toEqual(await logits(vanilla, 1));
    expect(await logits(training, 1)).not.toEqual(await logits(vanilla, 1));
    expect(await logits(training, 1)).not.toEqual(await logits(training, 2));
  });

  describe("low-rank finetuning", () => {
    const lora = { rank: 2, alpha: 3 };
    const traced = trace({ zerothBias: {}, restrictedLayerNorm: { upliftSteps: 5 } }, { lora });
    const vanilla = trace({ zerothBias: {}, restrictedLayerNorm: { upliftSteps: 5 } });
    const entries = drawEntries(traced, 1);

    it("starts at what the matrices alone compute", async () => {
      const start = new Map(entries);
      for (const { b } of traced.adapters) {
        const { spec } = traced.parameters.get(b)!;
        start.set(b, Float64Array.from(spec.initial(randomStream(1, [b]), spec.shape)));
      }
      const before = await runValues({ logits: vanilla.logits }, start, batch(vanilla, 1));
      const after = await runValues({ logits: traced.logits }, start, batch(traced, 1));
      expect(distance(after.logits, before.logits)).toBeLessThan(1e-7 * norm(before.logits));
    });

    it("trains its terms, biases, scales of norms and zeroth biases, and nothing else", () => {
      const trained = Array.from(traced.parameters.values()).filter(({ spec }) => spec.trainable);
      const roles = new Set(trained.map(({ spec }) => spec.role));
      expect(roles.has("weight") || roles.has("embedding")).toBe(false);
      for (const { spec } of traced.parameters.values()) {
        const frozenBias =
          spec.role === "norm-bias" && vanilla.parameters.get(spec.name)?.spec.trainable === false;
        const stays = spec.role === "weight" || spec.role === "embedding" || frozenBias;
        expect(spec.trainable, spec.name).toBe(!stays);
      }
      expect(Array.from(vanilla.parameters.keys())).toEqual(
        Array.from(traced.parameters.keys()).filter((name) => !name.includes("lora_")),
      );
    });

    it("merged computes the same", async () => {
      const merged = new Map<string, ArrayLike<number>>(entries);
      for (const { weight, a, b, scale, layout } of traced.adapters) {
        const [w, factorA, factorB] = [weight, a, b].map((name) => entries.get(name)!);
        merged.set(weight, mergeLowRank(w!, factorA!, factorB!, { rank: lora.rank, scale, layout }));
      }
      const apart = await runValues({ logits: traced.logits }, entries, batch(traced, 1));
      const whole = await runValues({ logits: vanilla.logits }, merged, batch(vanilla, 1));
      expect(distance(whole.logits, apart.logits)).toBeLessThan(1e-6 * norm(apart.logits));
      const untouched = await runValues({ logits: vanilla.logits }, entries, batch(vanilla, 1));
      expect(distance(whole.logits, untouched.logits)).toBeGreaterThan(1e-3 * norm(apart.logits));
    });
  });

  it("mixes activation functions by the step: ReLU at first, the other in the end", async () => {
    const mixed = trace({ activation: "jsrelu", mixing: { steps: 4 } }, { training: false });
    const entries = drawEntries(mixed, 1);
    const at = async (traced: typeof mixed, step: number) => {
      const feed = { ...batch(traced, 1), ...drawFeed(traced, 1, step) };
      return (await runValues({ logits: traced.logits }, entries, feed)).logits;
    };
    const [relu, jsrelu] = [trace({}), trace({ activation: "jsrelu" })];
    expect(await at(mixed, 0)).toEqual(await at(relu, 0));
    const end = await at(mixed, 4);
    expect(distance(end, await at(jsrelu, 0))).toBeLessThan(1e-12 * norm(end));
    expect(distance(await at(mixed, 2), end)).toBeGreaterThan(1e-6 * norm(end));
  });

  it("gives rows with two labels the losses of both by share", async () => {
    const mixed = trace({}, { mixup: true });
    const single = trace({});
    const entries = drawEntries(mixed, 1);
    const feed = batch(mixed, 1);
    const rows = async (labels: Float64Array) =>
      (await runValues({ rows: single.rowLosses }, entries, { ...feed, labels })).rows;
    const { rows: both } = await runValues({ rows: mixed.rowLosses }, entries, feed);
    const [own, other] = [await rows(feed.labels!), await rows(feed.labelsOther!)];
    for (const [i, each] of both.entries()) {
      expect(each).toBeCloseTo(feed.share![i]! * own[i]! + (1 - feed.share![i]!) * other[i]!, 12);
    }
  });
});

describe("sequences", () => {
  const gpt = tinyModels.find(({ name }) => name === "gpt")!;
  const trace = (length: number) =>
    gpt.model.trace(gpt.sizes, sparsityOptions.parse({ zerothBias: {} }), { ...plain, length });

  it("shorter than the longest use the first rows of zeroth biases, and don't see what comes later", async () => {
    const [short, long] = [trace(3), trace(5)];
    const entries = drawEntries(long, 1);
    const tokens = Float64Array.of(1, 2, 3, 4, 5, 8, 7, 6, 5, 4);
    const first = Float64Array.of(1, 2, 3, 8, 7, 6);
    const labels = (traced: typeof short) => new Float64Array(sizeOf(traced.inputs.get("labels")!));
    const whole = await runValues({ logits: long.logits }, entries, { tokens, labels: labels(long) });
    const part = await runValues({ logits: short.logits }, entries, { tokens: first, labels: labels(short) });
    const rows = [0, 1, 2, 5, 6, 7].map((row) => Array.from(whole.logits.slice(9 * row, 9 * row + 9)));
    expect(distance(part.logits, rows.flat())).toBeLessThan(1e-12 * norm(part.logits));
  });

  it("longer than the longest are refused", () => {
    expect(() => trace(6)).toThrow(/6 tokens.*contextLength, 5/);
  });

  it("of padding don't change what an encoder gives", async () => {
    const t5 = tinyModels.find(({ name }) => name === "t5, tied")!;
    const traced = t5.model.trace(t5.sizes, sparsityOptions.parse({}), plain);
    const entries = drawEntries(traced, 1);
    const feed = t5.feed(traced, 1);
    const other = { ...feed, inputs: feed.inputs!.map((id, i) => (feed.inputMask![i] === 0 ? 8 - id : id)) };
    expect(other.inputs).not.toEqual(feed.inputs);
    const logits = await Promise.all(
      [feed, other].map((each) => runValues({ logits: traced.logits, all: sum(traced.loss) }, entries, each)),
    );
    expect(logits[0]).toEqual(logits[1]);
  });
});
