import type { Value } from "../../autodiff/value.ts";
import { eventTurn } from "../../train/event-turn.ts";
import { meanOf } from "../estimate.ts";
import { type ExampleMoments, exampleMoments } from "../example-moments.ts";
import { type MeasuredPart, partPlan } from "../measured-part.ts";
import type { Measured } from "../measurement.ts";
import { type Numbers, numbersOf } from "../numbers-of.ts";
import { lossEstimates, lossValues } from "../part-loss.ts";
import { type BlockValues, blockValues } from "./block-values.ts";
import type { BlockSizes, Meter } from "./meter.ts";

/** What a run of meters gives. */
export interface MeterRun {
  readonly examples: number;
  /** Loss, cross-entropy and accuracy with their standard errors. */
  readonly whole: Numbers<"loss" | "crossEntropy" | "accuracy">;
  /** Why what is null of `whole` is so. */
  readonly reasons: Readonly<Record<string, string>>;
  /** Each block's fields, and reasons by their paths in a layer. */
  readonly layers: readonly Measured<Record<string, unknown>>[];
}

/** Several numbers of each example, gathered over batches. */
interface Gathered {
  /** Names of the program's outputs. */
  readonly outputs: readonly string[];
  readonly moments: ExampleMoments;
}

/** A meter at a block. */
interface Placed extends Gathered {
  readonly meter: Meter;
  readonly sizes: BlockSizes;
  /** By name its place among the moments, or why the block doesn't have it. */
  readonly places: ReadonlyMap<string, number | string>;
}

/**
 * Runs meters over all batches of a part: one forward and one backward pass each, whatever their number.
 *
 * @param meters - any of the catalogue's.
 */
export async function runMeters(
  part: MeasuredPart,
  meters: readonly Meter[],
  {
    signal,
    onProgress,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((share: number) => void) | undefined;
  } = {},
): Promise<MeterRun> {
  const outputs: Record<string, Value> = {};
  const whole: Gathered = gather(outputs, "whole", lossValues(part));
  const blocks = blockValues(part);
  const placed = blocks.map(() => [] as Placed[]);
  // From the last block to the first, as gradients come: what a block took can be given back before the next begins.
  for (const [i, block] of Array.from(blocks.entries()).reverse()) {
    placed[i] = meters.map((meter) => place(outputs, `${i}.${meter.id}`, meter, block));
  }
  const all = [whole, ...placed.flat()];
  const plan = await partPlan(part, { outputs });
  try {
    for (let at = 0; at < part.count; at++) {
      await eventTurn();
      signal?.throwIfAborted();
      const batch = await part.batch(at);
      const read = await plan.run(batch);
      for (const { outputs: names, moments } of all) {
        const columns = names.map((name) => read[name]!);
        for (let example = 0; example < batch.examples; example++) {
          moments.add(columns.map((column) => column[example]!));
        }
      }
      onProgress?.((at + 1) / part.count);
    }
  } finally {
    plan.dispose();
  }
  const { piece, reasons } = numbersOf(lossEstimates(whole.moments), whole.moments);
  return {
    examples: whole.moments.count,
    whole: piece,
    reasons,
    layers: placed.map(fieldsOf),
  };
}

/** Adds values to a program's outputs. */
function gather(
  outputs: Record<string, Value>,
  prefix: string,
  values: Readonly<Record<string, Value>>,
): Gathered {
  const names = Object.entries(values).map(([name, value]) => {
    outputs[`${prefix}.${name}`] = value;
    return `${prefix}.${name}`;
  });
  return { outputs: names, moments: exampleMoments(names.length) };
}

function place(outputs: Record<string, Value>, prefix: string, meter: Meter, block: BlockValues): Placed {
  const wanted = Object.entries(meter.values(block));
  const known = wanted.flatMap(([name, value]) =>
    typeof value === "string" ? [] : [[name, value] as const],
  );
  const order = known.map(([name]) => name);
  const places = wanted.map(
    ([name, value]) => [name, typeof value === "string" ? value : order.indexOf(name)] as const,
  );
  const { tokens, inputs, neurons } = block;
  return {
    ...gather(outputs, prefix, Object.fromEntries(known)),
    meter,
    sizes: { tokens, inputs, neurons },
    places: new Map(places),
  };
}

/** All meters' fields of one block. */
function fieldsOf(placed: readonly Placed[]): Measured<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  const reasons: Record<string, string> = {};
  for (const { meter, moments, sizes, places } of placed) {
    const mean = (name: string) => {
      const found = places.get(name)!;
      return typeof found === "string" ? found : meanOf(moments, found);
    };
    const estimates = Object.fromEntries(
      Object.entries(meter.numbers).map(([name, { estimate }]) => [name, estimate({ ...sizes, mean })]),
    );
    const { piece, reasons: why } = numbersOf(estimates, moments);
    Object.assign(fields, meter.nested ? { [meter.id]: piece } : piece);
    for (const [name, reason] of Object.entries(why)) {
      reasons[meter.nested ? `${meter.id}.${name}` : name] = reason;
    }
  }
  return { piece: fields, reasons };
}
