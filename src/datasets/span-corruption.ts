import { UsageError } from "../errors.ts";
import type { RandomStream } from "../linalg/random.ts";
import type { TokenSet } from "./dataset.ts";
import { permutation } from "./epoch-order.ts";

/** How much of a text is masked, and in what spans. */
export interface SpanNoise {
  /** Share of the tokens that is masked, in (0, 0.5]; T5 has 0.15. */
  readonly density: number;
  /** Mean tokens of a masked span, at least 1; T5 has 3. */
  readonly meanSpanLength: number;
}

/** Lengths that span corruption makes of one another; the end token is counted. */
export interface SpanCorruptionLengths {
  /** Tokens of the text before it is corrupted. */
  readonly raw: number;
  readonly inputs: number;
  readonly targets: number;
}

/** Masked tokens and spans in so many tokens; one of each at least, and a token before each span. */
function noiseCounts(raw: number, { density, meanSpanLength }: SpanNoise): { masked: number; spans: number } {
  const masked = Math.min(Math.max(roundHalfEven(raw * density), 1), raw - 1);
  const spans = Math.min(Math.max(roundHalfEven(masked / meanSpanLength), 1), masked, raw - masked);
  return { masked, spans };
}

/** To the nearest whole number, from halfway to the even one: as Python's round, which T5's lengths rest on. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

function lengthsOf(raw: number, noise: SpanNoise): SpanCorruptionLengths {
  const { masked, spans } = noiseCounts(raw, noise);
  return { raw, inputs: raw - masked + spans + 1, targets: masked + spans + 1 };
}

/**
 * How much text makes inputs of a given length, and how long its targets are: with m = round(density * raw) masked
 * tokens in k = round(m / meanSpanLength) spans, inputs have raw - m + k + 1 tokens and targets m + k + 1.
 *
 * @param inputLength - tokens a model is given, at least 3.
 * @param noise - T5's by default.
 * @returns the largest raw length whose inputs fit; they have exactly `inputLength` tokens wherever some length does.
 * @throws {UsageError} If a parameter is out of its range.
 * @source Raffel et al. 2020, JMLR 21(140), section 3.1.4; `compute_input_and_target_lengths` of its code.
 */
export function spanCorruptionLengths(
  inputLength: number,
  noise: SpanNoise = t5Noise,
): SpanCorruptionLengths {
  checkNoise(noise);
  if (!Number.isSafeInteger(inputLength) || inputLength < 3) {
    throw new UsageError(`span corruption: expected inputs of 3 tokens or more, got ${inputLength}.`);
  }
  let lengths = lengthsOf(2, noise);
  for (;;) {
    const longer = lengthsOf(lengths.raw + 1, noise);
    if (longer.inputs > inputLength) return lengths;
    lengths = longer;
  }
}

/** The noise that T5 is trained with. */
export const t5Noise: SpanNoise = { density: 0.15, meanSpanLength: 3 };

/**
 * Which tokens are masked: m of them in k spans, where lengths of spans, and of the stretches before them, are drawn
 * uniformly from all that add up. The first token is kept, the last is masked.
 *
 * @param raw - tokens, 2 or more.
 * @param draws - raw - 4 uniforms or fewer.
 * @returns 1 for a masked token, else 0.
 * @source `random_spans_noise_mask` of T5's code.
 */
export function spanMask(raw: number, noise: SpanNoise, draws: RandomStream): Uint8Array {
  checkNoise(noise);
  if (!Number.isSafeInteger(raw) || raw < 2) {
    throw new UsageError(`span corruption: expected a text of 2 tokens or more, got ${raw}.`);
  }
  const { masked, spans } = noiseCounts(raw, noise);
  const maskedLengths = randomComposition(masked, spans, draws);
  const keptLengths = randomComposition(raw - masked, spans, draws);
  const mask = new Uint8Array(raw);
  let at = 0;
  for (let span = 0; span < spans; span++) {
    at += keptLengths[span]!;
    mask.fill(1, at, at + maskedLengths[span]!);
    at += maskedLengths[span]!;
  }
  return mask;
}

/** `total` as an ordered sum of `parts` whole numbers above 0, all such sums equally likely. */
function randomComposition(total: number, parts: number, draws: RandomStream): number[] {
  const ends = permutation(total - 1, draws)
    .subarray(0, parts - 1)
    .sort();
  const lengths: number[] = [];
  let start = 0;
  for (const end of ends) {
    lengths.push(end + 1 - start);
    start = end + 1;
  }
  return [...lengths, total - start];
}

/** A text with its masked spans replaced, and what was in them. */
export interface CorruptedText {
  /** Kept tokens, each masked span as one sentinel, then the end token. */
  readonly inputs: Uint32Array;
  /** Each span's sentinel with the tokens it stands for, then the end token. */
  readonly targets: Uint32Array;
}

/**
 * Masks spans of a text: the task T5 is trained on. Sentinels are the vocabulary's last ids, the first span's the very last.
 *
 * @param raw - ids of the text.
 * @param set - what gives the vocabulary, the end token and the sentinels.
 * @param noise - T5's, mostly.
 * @param draws - what the spans are drawn from.
 * @throws {UsageError} If there are too few sentinels, or no end token.
 * @source Raffel et al. 2020, JMLR 21(140), section 3.1.4.
 */
export function corruptSpans(
  raw: ArrayLike<number>,
  set: Pick<TokenSet, "vocabulary" | "special">,
  noise: SpanNoise,
  draws: RandomStream,
): CorruptedText {
  const { end, sentinels } = set.special;
  if (end === null) {
    throw new UsageError(
      "span corruption needs an end token: name it (eos_token) in a tokenizer_config.json beside the tokenizer.json.",
    );
  }
  const mask = spanMask(raw.length, noise, draws);
  const { spans } = noiseCounts(raw.length, noise);
  if (spans > sentinels) {
    throw new UsageError(
      `span corruption: ${raw.length} tokens have ${spans} masked spans, and the vocabulary has ${sentinels} sentinels. Set data.sentinels to ${spans} or more.`,
    );
  }
  const { inputs: inputLength, targets: targetLength } = lengthsOf(raw.length, noise);
  const inputs = new Uint32Array(inputLength);
  const targets = new Uint32Array(targetLength);
  let given = 0;
  let asked = 0;
  let sentinel = set.vocabulary;
  for (let i = 0; i < raw.length; i++) {
    if (mask[i] === 0) inputs[given++] = raw[i]!;
    else {
      if (mask[i - 1] === 0) {
        sentinel--;
        inputs[given++] = sentinel;
        targets[asked++] = sentinel;
      }
      targets[asked++] = raw[i]!;
    }
  }
  inputs[given] = end;
  targets[asked] = end;
  return { inputs, targets };
}

function checkNoise({ density, meanSpanLength }: SpanNoise): void {
  if (!(density > 0 && density <= 0.5)) {
    throw new UsageError(`span corruption: expected a noise density in (0, 0.5], got ${density}.`);
  }
  if (!(meanSpanLength >= 1)) {
    throw new UsageError(`span corruption: expected a mean span of 1 token or more, got ${meanSpanLength}.`);
  }
}
