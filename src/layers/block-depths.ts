import type { LayerKind } from "./layer.ts";

/** A block to be placed: its name, and the kind of its matrix where it is a single layer. */
export interface PlacedBlock {
  readonly block: string;
  readonly kind: LayerKind | null;
}

/** Words that tell where data passes, from input to output; what has none is in the middle. */
const PLACES: readonly RegExp[] = [
  /^(stft|stem|input|inc|conv_in|patch_embed)/i,
  /^(features?|encoder|down)/i,
  /^mid(dle)?(_|$)/i,
  /^(decoder|up)/i,
  /^(final|classifier|classification_head|head|heads|out|output|outc|conv_out|logits|lm_head|predictions?)(_|\d|$)/i,
];
const MIDDLE = 2;

/** What ONNX's inliner puts before names of a branch (`If_0_then_branch__Inline_0__encoder.0`): a tower of its own. */
const INLINED = /((?:then|else)_branch__Inline)_\d+__/g;

/** In a plain network convolutions come before recurrent layers, those before the rest. */
const KIND_ORDER: readonly LayerKind[] = ["conv", "recurrent"];

/**
 * Numbers blocks from input to output.
 *
 * Each tower (`text_model`, `vision_model`, `actor`, `critic`) counts from 0: its name is what
 * precedes the first segment with a number or a place. Numbers count as numbers (2 before 10), an encoder
 * comes before a decoder, and convolutions before dense layers. Single layers whose names do not
 * tell their order (`alpha`, `beta`) leave their whole tower without depths.
 *
 * @param blocks - distinct names.
 * @returns the depth of each block; those of unknown order are missing.
 */
export function blockDepths(blocks: readonly PlacedBlock[]): Map<string, number> {
  const towers = new Map<string, PlacedBlock[]>();
  for (const block of blocks) {
    const name = towerOf(block.block);
    const tower = towers.get(name);
    if (tower === undefined) towers.set(name, [block]);
    else tower.push(block);
  }
  const depths = new Map<string, number>();
  for (const tower of towers.values()) {
    const sorted = tower.toSorted((a, b) => compareBlocks(a, b).order);
    const isTold = sorted.every((block, i) => i === 0 || compareBlocks(sorted[i - 1]!, block).isTold);
    if (isTold) sorted.forEach(({ block }, depth) => void depths.set(block, depth));
  }
  return depths;
}

function towerOf(block: string): string {
  const segments = segmentsOf(block);
  const start = segments.findIndex(
    (segment, i) =>
      PLACES.some((words) => words.test(segment)) ||
      // Keras names a layer twice: `dense/dense`, `lstm/lstm_cell`.
      segments[i + 1]?.startsWith(segment) ||
      /\d$/.test(segment) ||
      /^\d+$/.test(segments[i + 1] ?? ""),
  );
  // `net.2` and `net.10` are one tower, and so are the layers of a network without numbers.
  return segments.slice(0, start === -1 ? -1 : start).join(".");
}

function compareBlocks(a: PlacedBlock, b: PlacedBlock): { order: number; isTold: boolean } {
  const [left, right] = [segmentsOf(a.block), segmentsOf(b.block)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const place = placeOf(left[i]!) - placeOf(right[i]!);
    if (place !== 0) return { order: place, isTold: true };
    const order = compareSegments(left[i]!, right[i]!);
    if (typeof order === "number" && order !== 0) return { order, isTold: true };
    if (order === "unrelated") {
      const kinds = kindPlace(a.kind) - kindPlace(b.kind);
      if (kinds !== 0) return { order: kinds, isTold: true };
      // Blocks are repeated on purpose, so that any order is better than none; single layers are not.
      return { order: left[i]! < right[i]! ? -1 : 1, isTold: a.kind === null && b.kind === null };
    }
  }
  return { order: left.length - right.length, isTold: true };
}

/** Word by word and number by number; "unrelated" when a word differs. */
function compareSegments(a: string, b: string): number | "unrelated" {
  const [left, right] = [tokensOf(a), tokensOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    if (x === y) continue;
    if (typeof x === "number" && typeof y === "number") return x - y;
    return "unrelated";
  }
  return left.length - right.length;
}

function tokensOf(segment: string): (string | number)[] {
  return segment
    .split(/(\d+)/)
    .map((token) => (/^\d+$/.test(token) ? Number(token) : token.replace(/^[_-]+|[_-]+$/g, "")))
    .filter((token) => token !== "");
}

function segmentsOf(block: string): string[] {
  return block.replace(INLINED, "$1.").replaceAll("/", ".").split(".");
}

function placeOf(segment: string): number {
  const place = PLACES.findIndex((words) => words.test(segment));
  return place === -1 ? MIDDLE : place;
}

function kindPlace(kind: LayerKind | null): number {
  const place = kind === null ? -1 : KIND_ORDER.indexOf(kind);
  return place === -1 ? KIND_ORDER.length : place;
}
