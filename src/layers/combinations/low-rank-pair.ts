import type { ModelConfig } from "../../checkpoint/model-config.ts";
import type { Tensor } from "../../checkpoint/tensor.ts";
import { entryCount } from "../../checkpoint/tensor.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { Factors } from "../factored-matrix.ts";
import type { Combination, CombinationKind } from "./combination.ts";

interface PairNames {
  /** What the first factor's name has, and the second one's in its place. */
  readonly first: RegExp;
  readonly second: string;
  /** Whether the second is the left factor: out x r, where the first is r x in. */
  readonly secondIsLeft: boolean;
}

/** peft, kohya's and LyCORIS' scripts, diffusers, MLX; the last stores its matrices in-out. */
const PAIRS: readonly PairNames[] = [
  { first: /(?<=^|[._])lora_A(?=[._]|$)/, second: "lora_B", secondIsLeft: true },
  { first: /(?<=^|[._])lora_embedding_A(?=[._]|$)/, second: "lora_embedding_B", secondIsLeft: true },
  { first: /(?<=^|[._])lora_down(?=[._]|$)/, second: "lora_up", secondIsLeft: true },
  { first: /(?<=_lora\.|lora\.|lora_linear_layer\.)down(?=\.|$)/, second: "up", secondIsLeft: true },
  { first: /(?<=^|[._])lora_a(?=[._]|$)/, second: "lora_b", secondIsLeft: false },
];

/**
 * A low-rank change of a matrix, stored as two factors:
 *
 *     scale B A,  A [r, in (k...)], B [out, r (1...)]
 *
 * The scale is alpha / r, by a tensor `alpha` beside the pair or `lora_alpha` of `adapter_config.json`
 * (alpha / sqrt r with `use_rslora`), else 1.
 *
 * @source Hu et al. 2021, arXiv 2106.09685, eq. 3; Kalajdzievski 2023, arXiv 2312.03732 (alpha / sqrt r).
 */
export const lowRankPair: CombinationKind = {
  combine(first, named, config) {
    const names = PAIRS.find((pair) => pair.first.test(first.name));
    const second = names && named(first.name.replace(names.first, names.second));
    if (!names || !second || !isReadable(first) || !isReadable(second)) return null;
    const [left, right] = names.secondIsLeft ? [second, first] : [first, second];
    const sides = sidesOf(left, right);
    if (!sides) return null;
    const { rows, rank, columns } = sides;
    const module = first.name.slice(0, first.name.search(names.first)).replace(/[._]$/, "");
    const alpha = named(`${module}.alpha`);
    const read = async (): Promise<Factors> => {
      const scale = await scaleOf(alpha, module, rank, config);
      const b = await left.read();
      return {
        left: { rows, columns: rank, data: scale === 1 ? b : Float64Array.from(b, (entry) => scale * entry) },
        right: { rows: rank, columns, data: await right.read() },
      };
    };
    const isQuantized = left.roundingError !== undefined || right.roundingError !== undefined;
    const roundingErrors = async () => ({
      left: ((await left.roundingError?.()) ?? 0) * Math.abs(await scaleOf(alpha, module, rank, config)),
      right: (await right.roundingError?.()) ?? 0,
    });
    const product = {
      name: first.name,
      dtype: coarser(first, second).dtype,
      shape: [rows, columns],
      sizeBytes: first.sizeBytes + second.sizeBytes,
      file: first.file,
      storage: null,
      read: async (start = 0, end = rows * columns) => denseEntries(await read(), start, end),
    };
    return {
      sources: [first, second],
      tensor: product,
      factored: {
        rank,
        entries: entryCount(first.shape) + entryCount(second.shape),
        read,
        ...(isQuantized && { roundingErrors }),
      },
      orientation: names.secondIsLeft ? "out-in" : "in-out",
    } satisfies Combination;
  },
};

/** m x r and r x n: of the left factor the last axes are 1, of the right one they join the inputs. */
function sidesOf(left: Tensor, right: Tensor): { rows: number; rank: number; columns: number } | null {
  if (left.shape.length < 2 || right.shape.length < 2) return null;
  if (entryCount(left.shape) === 0 || entryCount(right.shape) === 0) return null;
  const rows = left.shape[0]!;
  const rank = entryCount(left.shape.slice(1));
  if (rank !== right.shape[0]) return null;
  return { rows, rank, columns: entryCount(right.shape.slice(1)) };
}

async function scaleOf(
  alpha: Tensor | null,
  module: string,
  rank: number,
  config: ModelConfig,
): Promise<number> {
  if (alpha && entryCount(alpha.shape) === 1) return (await alpha.read())[0]! / rank;
  const pattern = config.alpha_pattern;
  const own =
    typeof pattern === "object" && pattern !== null
      ? Object.entries(pattern).find(([name]) => module === name || module.endsWith(`.${name}`))?.[1]
      : undefined;
  const stated = own ?? config.lora_alpha;
  if (typeof stated !== "number" || !Number.isFinite(stated) || stated === 0) return 1;
  return stated / (config.use_rslora === true ? Math.sqrt(rank) : rank);
}

/** Entries of the product, in the order of its rows; analyses work with the factors instead. */
function denseEntries({ left, right }: Factors, start: number, end: number): Float32Array | Float64Array {
  const isDouble = left.data instanceof Float64Array && right.data instanceof Float64Array;
  const entries = isDouble ? new Float64Array(end - start) : new Float32Array(end - start);
  for (let k = start; k < end; k++) entries[k - start] = entryAt(left, right, k);
  return entries;
}

function entryAt(left: Matrix, right: Matrix, k: number): number {
  const row = Math.floor(k / right.columns);
  const column = k % right.columns;
  let sum = 0;
  for (let inner = 0; inner < right.rows; inner++) {
    sum += left.data[row * left.columns + inner]! * right.data[inner * right.columns + column]!;
  }
  return sum;
}

function isReadable({ dtype, undecodable }: Tensor): boolean {
  return undecodable === undefined && !/^[IU]\d+$|^BOOL$/.test(dtype);
}

/** The one whose entries are stored in fewer bytes. */
function coarser(a: Tensor, b: Tensor): Tensor {
  const bytes = ({ sizeBytes, shape }: Tensor) => sizeBytes / entryCount(shape);
  return bytes(b) < bytes(a) ? b : a;
}
