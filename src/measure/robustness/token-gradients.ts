import { differentiate } from "../../autodiff/differentiate.ts";
import { sumRows } from "../../autodiff/ops/broadcasting.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { exampleLosses, totalLoss } from "../example-losses.ts";
import { type MeasuredBatch, type MeasuredPart, partPlan } from "../measured-part.ts";
import { predictionsOf } from "./predictions.ts";
import { type Directions, directionsOf, type TokenRadius } from "./token-radii.ts";

/** What one batch's tokens are before they are moved. */
export interface UndisturbedBatch {
  /** l_b, shape [B]. */
  readonly losses: ArrayLike<number>;
  /** Class of each row. */
  readonly predictions: Float64Array;
  /** For each block: |x_i| of every token, and the gradients dl/dx_i as directions and lengths. */
  readonly blocks: readonly { readonly norms: Float64Array; readonly gradients: Directions }[];
}

/** r_i of the tokens of a block. */
export function radiiOf(
  radius: TokenRadius,
  { norms, gradients }: UndisturbedBatch["blocks"][number],
): Float64Array {
  return radius.unit(norms, gradients.unit.length / norms.length);
}

/** Computes batches as they are, with the gradients of each example's loss for the tokens that MLP blocks take. */
export interface TokenGradients {
  batch(batch: MeasuredBatch): Promise<UndisturbedBatch>;
  dispose(): void;
}

/** Prepares the gradients of a disturbance at zero: dl/dx_i by way of the block, K' eta_i where there is no gate. */
export async function tokenGradients(part: MeasuredPart): Promise<TokenGradients> {
  const traced = part.disturbed();
  const at = (name: string) => traced.taps.get(name)!;
  const disturbances = traced.blocks.map(({ tap }) => at(`${tap}.disturbance`));
  const gradients = differentiate(totalLoss(traced), disturbances);
  const outputs = {
    losses: exampleLosses(traced, part.batchSize),
    logits: traced.logits,
    ...Object.fromEntries(gradients.map((each, i) => [`gradient.${i}`, each])),
    ...Object.fromEntries(
      traced.blocks.map(({ tap }, i) => {
        const tokens = at(`${tap}.input`);
        return [`squares.${i}`, sumRows(multiply(tokens, tokens))];
      }),
    ),
  };
  const plan = await partPlan(part, { outputs });
  const still = stillTokens(part);
  return {
    async batch(batch) {
      const found = (await plan.run(batch, still)) as Record<string, Float32Array | Float64Array>;
      return {
        losses: found.losses!,
        predictions: predictionsOf(found.logits!, traced.logits.shape[1]!),
        blocks: disturbances.map(({ shape }, i) => ({
          norms: Float64Array.from(found[`squares.${i}`]!, Math.sqrt),
          gradients: directionsOf(found[`gradient.${i}`]!, shape[2]!),
        })),
      };
    },
    dispose: () => plan.dispose(),
  };
}

/** Disturbances of zero for every block, by the names of the program's inputs. */
export function stillTokens(part: MeasuredPart): Readonly<Record<string, Float64Array>> {
  const { blocks, taps } = part.disturbed();
  return Object.fromEntries(
    blocks.map(({ tap }) => {
      const { shape } = taps.get(`${tap}.disturbance`)!;
      return [`${tap}.disturbance`, new Float64Array(shape.reduce((a, b) => a * b, 1))];
    }),
  );
}
