import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { JsonCursor } from "./json-cursor.ts";
import { CONFIG_BYTES, NAME_BYTES, SHARD_COUNT, TENSOR_COUNT, TFJS_MANIFEST_BYTES } from "./limits.ts";
import { checkedName, checkedShape } from "./tensor-shape.ts";

/** How quantised entries are undone: x = scale q + min. */
export interface AffineCode {
  /** The step of the quantisation. */
  readonly scale: number;
  readonly min: number;
}

/** One entry of a manifest, checked. */
export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** float32, int32, bool, string or complex64. */
  readonly dtype: string;
  /** How its entries are quantised: to float16, or to whole numbers; null where they are as they are. */
  readonly quantization: { readonly dtype: string; readonly code: AffineCode | null } | null;
}

/** Weights one after the other in the bytes of some files one after the other. */
export interface TfjsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly TfjsWeight[];
}

/** A model.json, as far as it tells of weights. */
export interface TfjsManifest {
  readonly groups: readonly TfjsGroup[];
  /** Member `modelTopology`, any JSON; null without one. */
  readonly topology: unknown;
}

/** Brackets in each other in a manifest: groups, a group, weights, a weight, a shape. */
const MANIFEST_DEPTH = 5;

/**
 * The weights manifest of a model of TensorFlow.js: the member `weightsManifest` of a model.json, with its topology, or
 * the whole of a file that is nothing else.
 *
 * @throws {CheckpointFormatError} If it is no such manifest, or names files outside of its folder.
 * @source TensorFlow.js, tfjs-core/src/io/types.ts, WeightsManifestConfig.
 */
export async function readTfjsManifest(source: ByteSource): Promise<TfjsManifest> {
  if (source.size > TFJS_MANIFEST_BYTES) {
    throw wrong(source.label, `JSON of at most ${TFJS_MANIFEST_BYTES} bytes`, `${source.size}`);
  }
  const bytes = await source.read(0, source.size);
  const json = new JsonCursor(bytes, (expected, got, cause) => wrong(source.label, expected, got, cause));
  const { manifest, topology } = isList(bytes)
    ? { manifest: json.value(TFJS_MANIFEST_BYTES, MANIFEST_DEPTH), topology: null }
    : membersOf(source.label, json);
  json.end();
  if (!Array.isArray(manifest)) throw wrong(source.label, "a weightsManifest that is a list", show(manifest));
  const names = new Set<string>();
  return { groups: manifest.map((group: unknown) => checkedGroup(source.label, group, names)), topology };
}

function isList(bytes: Uint8Array): boolean {
  return bytes.find((byte) => ![0x20, 0x0a, 0x0d, 0x09].includes(byte)) === 0x5b;
}

function membersOf(label: string, json: JsonCursor): { manifest: unknown; topology: unknown } {
  let manifest: unknown;
  let topology: unknown = null;
  json.enter("a JSON object or list");
  for (let key = json.key(NAME_BYTES); key !== null; key = json.key(NAME_BYTES)) {
    if (key === "weightsManifest") manifest = json.value(TFJS_MANIFEST_BYTES, MANIFEST_DEPTH);
    else if (key === "modelTopology") topology = parsedTopology(json.skipped());
    else json.skip();
  }
  if (manifest === undefined) throw wrong(label, "a weightsManifest", "none");
  return { manifest, topology };
}

/** The topology only tells what weights are: one that is longer than real ones, or no JSON, is passed over. */
function parsedTopology(bytes: Uint8Array): unknown {
  if (bytes.length > CONFIG_BYTES) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function checkedGroup(label: string, group: unknown, names: Set<string>): TfjsGroup {
  if (!isObject(group)) throw wrong(label, "groups that are objects", show(group));
  const { paths, weights } = group;
  if (!Array.isArray(paths) || paths.length > SHARD_COUNT) {
    throw wrong(label, `paths that are a list of at most ${SHARD_COUNT} files`, show(paths));
  }
  for (const path of paths) {
    if (typeof path !== "string" || !/^[^/\\:\0]+$/.test(path) || path.startsWith(".")) {
      throw wrong(label, "paths that are plain names of files beside it", show(path));
    }
  }
  if (!Array.isArray(weights)) throw wrong(label, "weights that are a list", show(weights));
  const checked = weights.map((weight: unknown): TfjsWeight => {
    const one = checkedWeight(label, weight);
    if (names.has(one.name)) throw wrong(label, "each weight once", `${show(one.name)} twice`);
    if (names.size === TENSOR_COUNT) throw wrong(label, `at most ${TENSOR_COUNT} weights`, "more");
    names.add(one.name);
    return one;
  });
  return { paths, weights: checked };
}

function checkedWeight(label: string, weight: unknown): TfjsWeight {
  if (!isObject(weight)) throw wrong(label, "weights that are objects", show(weight));
  const { name, shape, dtype, quantization } = weight;
  if (typeof name !== "string") throw wrong(label, "weights with a name", show(name));
  const where = `${label}: weight ${JSON.stringify(checkedName(name, label))}`;
  if (typeof dtype !== "string") throw wrong(where, "a dtype", show(dtype));
  const stored =
    quantization === undefined || quantization === null ? null : checkedCode(where, quantization);
  return { name, shape: checkedShape(shape, where), dtype, quantization: stored };
}

function checkedCode(where: string, quantization: unknown): NonNullable<TfjsWeight["quantization"]> {
  if (!isObject(quantization)) throw wrong(where, "a quantization that is an object", show(quantization));
  const { dtype, scale, min } = quantization;
  if (typeof dtype !== "string") throw wrong(where, "a quantization with a dtype", show(dtype));
  if (dtype === "float16") return { dtype, code: null };
  if (!Number.isFinite(scale) || !Number.isFinite(min)) {
    throw wrong(where, "a quantization with finite scale and min", show(quantization));
  }
  return { dtype, code: { scale: scale as number, min: min as number } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}

function wrong(where: string, expected: string, got: string, cause?: unknown): CheckpointFormatError {
  const message =
    `${where}: expected ${expected}, got ${got.slice(0, 300)}. ` +
    "The file is damaged or hostile: download or convert it again.";
  return new CheckpointFormatError(message, cause === undefined ? undefined : { cause });
}
