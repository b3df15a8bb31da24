import { differentiate, pullBack } from "../../src/autodiff/differentiate.ts";
import { constant } from "../../src/autodiff/leaves.ts";
import { broadcastTo } from "../../src/autodiff/ops/broadcasting.ts";
import type { Value } from "../../src/autodiff/value.ts";
import { totalLoss } from "../../src/measure/example-losses.ts";
import { type MeasuredPart, partPlan } from "../../src/measure/measured-part.ts";

type Array2 = readonly (readonly number[])[];

/** One example at one block: rows are tokens. */
export interface RawExample {
  readonly x: Array2;
  readonly p: Array2;
  readonly a: Array2;
  readonly valueInput: Array2 | null;
  readonly gamma: Array2;
  readonly g: Array2;
  readonly eta: Array2;
  readonly gZ: Array2;
  readonly gX: Array2;
}

/** Taps and gradients for them of every example of a part, at a block, read as they are. */
export async function rawExamples(part: MeasuredPart, block: number): Promise<RawExample[]> {
  const { traced } = part;
  const { tap, value } = traced.blocks[block]!;
  const at = (name: string) => traced.taps.get(`${tap}.${name}`)!;
  const [x, p, a, z] = [at("input"), at("preActivation"), at("activation"), at("output")];
  const gradients = differentiate(totalLoss(traced), [a, p, z, x]);
  const [g, eta, gZ, gX] = gradients as [Value, Value, Value, Value];
  const gamma = pullBack(a, [p], broadcastTo(constant(1), a.shape))[0]!;
  const outputs = { x, p, a, gamma, g, eta, gZ, gX, ...(value !== null && { valueInput: at("valueInput") }) };
  const plan = await partPlan(part, { outputs });
  const examples: RawExample[] = [];
  for (let place = 0; place < part.count; place++) {
    const batch = await part.batch(place);
    const read = await plan.run(batch);
    const rows = (name: keyof typeof outputs, example: number): Array2 => {
      const [, tokens, width] = outputs[name]!.shape as [number, number, number];
      return Array.from({ length: tokens }, (_, i) => {
        const from = (example * tokens + i) * width;
        return Array.from(read[name]!.subarray(from, from + width));
      });
    };
    for (let e = 0; e < batch.examples; e++) {
      examples.push({
        x: rows("x", e),
        p: rows("p", e),
        a: rows("a", e),
        valueInput: value === null ? null : rows("valueInput", e),
        gamma: rows("gamma", e),
        g: rows("g", e),
        eta: rows("eta", e),
        gZ: rows("gZ", e),
        gX: rows("gX", e),
      });
    }
  }
  plan.dispose();
  return examples;
}

const total = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0);
const squares = (row: readonly number[]) => total(row.map((each) => each * each));

/** What entries of all examples are: one object each. */
interface Entry {
  readonly p: number;
  readonly a: number;
  readonly gamma: number;
  readonly g: number;
  readonly eta: number;
  readonly x2: number;
}

/** Every number of the meters by its path, from the formulas as they are written; null where one divides by zero. */
export function bruteForce(
  examples: readonly RawExample[],
  {
    isActive,
    isFlat,
    isFlatValue,
    key,
  }: {
    readonly isActive: (a: number) => boolean;
    readonly isFlat: (p: number) => boolean;
    readonly isFlatValue: (a: number) => boolean;
    /** Entries of K. */
    readonly key: ArrayLike<number>;
  },
): Record<string, number | null> {
  const tokens = examples[0]!.x.length;
  const neurons = examples[0]!.p[0]!.length;
  const entries: Entry[] = examples.flatMap(({ x, p, a, gamma, g, eta }) =>
    x.flatMap((row, i) =>
      p[i]!.map((_, j) => ({
        p: p[i]![j]!,
        a: a[i]![j]!,
        gamma: gamma[i]![j]!,
        g: g[i]![j]!,
        eta: eta[i]![j]!,
        x2: squares(row),
      })),
    ),
  );
  const rows = (name: "x" | "gZ" | "g") => examples.flatMap((each) => each[name]);
  const quotient = (sum: number, count: number) => (count === 0 ? null : sum / count);
  const mean = (of: (entry: Entry) => number, where: (entry: Entry) => boolean = () => true) => {
    const chosen = entries.filter(where);
    return quotient(total(chosen.map(of)), chosen.length);
  };
  const share = (holds: (entry: Entry) => boolean) => mean((entry) => Number(holds(entry)))!;
  const active = ({ a }: Entry) => isActive(a);
  const perToken = (of: (entry: Entry) => number) => total(entries.map(of)) / (examples.length * tokens);
  const small = (of: "g" | "eta") => ({
    shareBelowNano: share((entry) => Math.abs(entry[of]) < 1e-9),
    shareBelowMicro: share((entry) => Math.abs(entry[of]) < 1e-6),
    shareBelowMilli: share((entry) => Math.abs(entry[of]) < 1e-3),
    norm1: perToken((entry) => Math.abs(entry[of])),
    norm2: perToken((entry) => entry[of] ** 2),
  });
  const side = (sign: number) => (entry: Entry) => Math.sign(entry.eta) === sign;
  const perExample = (of: (example: RawExample) => number) => total(examples.map(of)) / examples.length;
  const keyFlatness = perExample(({ eta, x }) => total(eta.map((row, i) => squares(row) * squares(x[i]!))));
  const hasValue = examples[0]!.valueInput !== null;
  const c0 = mean(({ g, x2 }) => g * g * x2, active);
  const identity = c0 ? keyFlatness / (tokens * neurons * c0) : null;
  const nested: Record<string, Record<string, number | null>> = {
    gradientSparsity: small("g"),
    effectiveGradientSparsity: {
      ...small("eta"),
      beneficialShare: share(side(-1)),
      beneficialSum: perToken(({ eta }) => Math.min(eta, 0)),
      beneficialMean: mean(({ eta }) => eta, side(-1)),
      detrimentalShare: share(side(1)),
      detrimentalSum: perToken(({ eta }) => Math.max(eta, 0)),
      detrimentalMean: mean(({ eta }) => eta, side(1)),
    },
    gradientDensity: {
      ratio: quotient(mean(({ g }) => g * g, active) ?? 0, mean(({ g }) => g * g)!),
      activeSquaredGradient: mean(({ g }) => g * g, active),
      squaredGradient: mean(({ g }) => g * g),
    },
    augmentedFlatness: {
      key: keyFlatness,
      value: hasValue
        ? perExample(({ gZ, valueInput }) =>
            total(gZ.map((row, i) => squares(row) * squares(valueInput![i]!))),
          )
        : null,
      l0Coefficient: c0,
      l2Coefficient: total(rows("gZ").map(squares)) / rows("gZ").length,
      valueInputSquaredNorm: hasValue
        ? perExample(({ valueInput }) => total(valueInput!.map(squares)) / tokens)
        : null,
      identityRatio: identity,
      identityDifference: identity === null ? null : identity - share(active),
      weightedSquaredDerivative: quotient(
        total(entries.map(({ eta, x2 }) => eta * eta * x2)),
        total(entries.map(({ g, x2 }) => g * g * x2)),
      ),
      activeSquaredDerivative: quotient(
        mean(({ gamma, g, x2 }) => (gamma * g) ** 2 * x2, active) ?? 0,
        mean(({ g, x2 }) => g * g * x2, active) ?? 0,
      ),
    },
    spectralIncrease: {
      keyTrace: squares(Array.from(key)),
      gradientTrace: total(rows("g").map(squares)) / rows("g").length,
      outputGradientNorm: total(rows("gZ").map((row) => Math.sqrt(squares(row)))) / rows("gZ").length,
    },
    implicitRobustness: {
      squaredGradient: perExample(({ gX }) => total(gX.map(squares))),
      inputSquaredNorm: total(rows("x").map(squares)) / rows("x").length,
    },
  };
  return {
    activatedRatio: share(active),
    positiveRatio: share(({ a }) => a > 0),
    negativeRatio: share(({ a }) => a < 0),
    activeAmplitude: mean(({ a }) => Math.abs(a), active),
    activationSquaredNorm: perToken(({ a }) => a * a),
    flatOutputShare: share(({ a }) => isFlatValue(a)),
    derivativeSparsity: share(({ p }) => isFlat(p)),
    squaredDerivative: mean(({ gamma }) => gamma ** 2),
    ...Object.fromEntries(
      Object.entries(nested).flatMap(([id, numbers]) =>
        Object.entries(numbers).map(([name, value]) => [`${id}.${name}`, value]),
      ),
    ),
  };
}
