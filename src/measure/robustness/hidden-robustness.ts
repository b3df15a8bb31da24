import { randomStream } from "../../linalg/random.ts";
import { eventTurn } from "../../train/event-turn.ts";
import type { MeasuredPart } from "../measured-part.ts";
import type { Measured } from "../measurement.ts";
import { disturbedModel } from "./disturbed-loss.ts";
import type { Robustness } from "./robustness-schema.ts";
import { tokenGradients, type UndisturbedBatch } from "./token-gradients.ts";
import { tokenMove } from "./token-moves.ts";
import { type Directions, directionsOf, tokenRadii } from "./token-radii.ts";
import { type Scope, tokenSlopes } from "./token-slopes.ts";

/** How hidden features are disturbed. */
export interface DisturbanceOptions {
  /** Radii epsilon > 0, of every kind. */
  readonly epsilons: readonly number[];
  /** R, random directions for each token. */
  readonly directions: number;
  /** Batches at most whose tokens are moved; gradients are those of all. */
  readonly batches: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of the share that is done, in [0, 1]. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * Implicit adversarial robustness, measured: how much the loss of an example rises when every token x_i that enters MLP
 * blocks is moved by epsilon r_i along its own loss gradient g_i = dl/dx_i, or along random directions.
 *
 *     delta_i = epsilon r_i g_i / |g_i|,   r_i = sqrt d (absolute) or |x_i| (relative)
 *
 * As epsilon falls the first increase over epsilon tends to sum_i r_i |g_i|, and no other direction has a larger one.
 * Gradients are those of the undisturbed example; a token without one stays where it is.
 *
 * @returns for each block alone, and for all at once (sums over the tokens of all blocks). Means over examples.
 * @source the notion: Peng et al. 2023, arXiv 2309.03004; radii and numbers are this package's.
 */
export async function hiddenRobustness(
  part: MeasuredPart,
  options: DisturbanceOptions,
): Promise<{ readonly blocks: readonly Measured<Robustness>[]; readonly all: Measured<Robustness> }> {
  const { epsilons, directions, signal, onProgress } = options;
  const everyBlock = part.traced.blocks.map((_, i) => i);
  const scopes: readonly Scope[] = [...everyBlock.map((i) => [i]), everyBlock];
  const [gradients, slopes] = [scopes.map(tokenSlopes), scopes.map(tokenSlopes)];
  const moves = scopes.map((scope) =>
    tokenRadii.map((radius) => epsilons.map((epsilon) => tokenMove(scope, radius, epsilon))),
  );
  const allMoves = moves.flat(2);
  const count = Math.min(part.count, options.batches);
  const undisturbed = await tokenGradients(part);
  const disturbed = await disturbedModel(part).catch((error: unknown) => {
    undisturbed.dispose();
    throw error;
  });
  try {
    for (let place = 0; place < part.count; place++) {
      await eventTurn();
      signal?.throwIfAborted();
      const batch = await part.batch(place);
      const before = await undisturbed.batch(batch);
      for (const each of gradients) each.add(before, batch.examples);
      if (place >= count) continue;
      for (const each of slopes) each.add(before, batch.examples);
      for (let r = -1; r < directions; r++) {
        const along =
          r < 0 ? before.blocks.map(({ gradients }) => gradients) : drawn(part, before, [place, r]);
        for (const move of allMoves) {
          await eventTurn();
          signal?.throwIfAborted();
          const found = await disturbed.run(batch, before, move.displace(before, along));
          if (r < 0) move.addFirstOrder(found);
          else move.addRandom(found);
        }
        onProgress?.((place + (r + 2) / (directions + 1)) / count);
      }
      for (const move of allMoves) move.endBatch();
    }
  } finally {
    undisturbed.dispose();
    disturbed.dispose();
  }
  const found = scopes.map((_, s) => robustnessOf(gradients[s]!, slopes[s]!, moves[s]!));
  return { blocks: found.slice(0, -1), all: found.at(-1)! };
}

type Move = ReturnType<typeof tokenMove>;

type Slopes = ReturnType<typeof tokenSlopes>;

/** What was collected of one scope, as a result has it. @param moves - by radius, then epsilon. */
function robustnessOf(
  allGradients: Slopes,
  slopes: Slopes,
  moves: readonly (readonly Move[])[],
): Measured<Robustness> {
  const { gradients } = allGradients.found();
  const { byRadius, examples } = slopes.found();
  const reasons: Record<string, string> = { ...gradients.reasons };
  const note = (path: string, own: Readonly<Record<string, string>>) => {
    for (const [name, reason] of Object.entries(own)) reasons[path + name] = reason;
  };
  const radii = tokenRadii.map(({ name }, k) => {
    const slope = byRadius[k]!;
    const losses = moves[k]!.map((move) => ({ epsilon: move.epsilon, ...move.found() }));
    const largest = losses.reduce((a, b) => (b.epsilon > a.epsilon ? b : a));
    const { firstOrder, firstOrderStandardError } = largest.piece;
    note(`${name}.`, slope.reasons);
    for (const [i, loss] of losses.entries()) note(`${name}.radii.${i}.`, loss.reasons);
    const { firstOrder: why, firstOrderStandardError: whyNoError } = largest.reasons;
    if (why !== undefined) reasons[`${name}.increase`] = why;
    if (whyNoError !== undefined) reasons[`${name}.increaseStandardError`] = whyNoError;
    const increase = { increase: firstOrder, increaseStandardError: firstOrderStandardError };
    const all = losses.map(({ epsilon, piece }) => ({ epsilon, ...piece }));
    return [name, { ...slope.piece, ...increase, radii: all }] as const;
  });
  return { piece: { ...gradients.piece, examples, ...Object.fromEntries(radii) } as Robustness, reasons };
}

/** Random directions for the tokens of every block. */
function drawn(
  { seed, part }: MeasuredPart,
  { blocks }: UndisturbedBatch,
  at: readonly number[],
): Directions[] {
  return blocks.map(({ gradients: { unit, norms } }, block) => {
    const draws = randomStream(seed, ["robustness", part, ...at, block]);
    const entries = new Float64Array(unit.length).map(() => draws.normal());
    return directionsOf(entries, unit.length / norms.length);
  });
}
