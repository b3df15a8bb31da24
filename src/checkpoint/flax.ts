import { UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import { type FlaxArray, isFlaxArray, readFlaxArray, readNumber } from "./flax-array.ts";
import { flaxAxes } from "./flax-axes.ts";
import { asciiHead, type CheckpointFormat, type OpenedFiles, singleFiles } from "./format.ts";
import { joinedSource } from "./joined-source.ts";
import { FLAX_DEPTH, NAME_BYTES, RANK, TENSOR_COUNT } from "./limits.ts";
import { MsgpackCursor, type MsgpackItem } from "./msgpack-cursor.ts";
import { rangedTensor } from "./ranged-tensor.ts";
import { entryCount, type Tensor } from "./tensor.ts";
import { checkedName, checkedShape } from "./tensor-shape.ts";
import { withUse } from "./tensor-use.ts";

/** What Flax puts first into the map of an array that it cut into pieces. */
const CHUNKED = "__msgpack_chunked_array__";

/** Members of a training state that hold what an optimizer needs to go on. */
const optimizerKeys: ReadonlySet<string> = new Set(["opt_state", "optimizer", "optimizer_state"]);

/** What `flax.training.checkpoints` calls its files. */
const legacyName = /^checkpoint_\d+$/;

/**
 * Flax: MessagePack of maps in maps with arrays as extensions, whose entries are read by range.
 *
 * @source flax/serialization.py, msgpack_serialize.
 */
export const flax: CheckpointFormat = {
  id: "flax-msgpack",
  title: "Flax (.msgpack)",
  extensions: [".msgpack"],
  // A map whose first key is a text: a letter or more of a name.
  sniff: (head) => /^([\x81-\x8f]|\xde..|\xdf....)([\xa1-\xbf]|\xd9.)[\w.-]/s.test(asciiHead(head, 16)),
  gather: (names) => [
    ...singleFiles(names, ".msgpack", "flax_model.msgpack"),
    ...names
      .filter((name) => legacyName.test(name))
      .map((name) => ({ entry: name, files: [name], inParts: false, main: false })),
  ],
  open: (entry) => new FlaxReader(entry).read(),
};

class FlaxReader {
  readonly #source: ByteSource;
  readonly #cursor: MsgpackCursor;
  readonly #tensors = new Map<string, Tensor>();
  readonly #leftOut: LeftOutFile[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
    this.#cursor = new MsgpackCursor(source);
  }

  async read(): Promise<OpenedFiles> {
    const root = await this.#cursor.next();
    if (root.kind !== "map") throw this.#cursor.wrong("a map of names", root.kind);
    await this.#readMap(root, []);
    if (this.#cursor.at < this.#source.size) {
      throw this.#cursor.wrong(`one map of ${this.#source.size} bytes`, "its end");
    }
    const { name } = this.#source;
    const shapeOf = (other: string) => this.#tensors.get(other)?.shape ?? null;
    const tensors = [...this.#tensors.values()].map((tensor) => {
      const axes = flaxAxes(tensor.name, tensor.shape, shapeOf);
      return withUse(tensor, axes && { axes });
    });
    return { tensors, metadata: {}, files: [name], leftOut: this.#leftOut };
  }

  /** The entries of a map, whose names go behind those of the maps that it is in. */
  async #readMap(map: MsgpackItem, path: readonly string[]): Promise<void> {
    if (path.length > FLAX_DEPTH)
      throw this.#cursor.wrong(`maps that nest at most ${FLAX_DEPTH} deep`, "deeper ones");
    for (let i = 0; i < map.count; i++) {
      const key = await this.#readKey();
      if (i === 0 && key === CHUNKED) return await this.#readChunked(map, path);
      const value = await this.#cursor.next();
      if (path.length === 0 && optimizerKeys.has(key)) {
        const detail = "The state of an optimizer: moments of gradients, not weights.";
        this.#leftOut.push({ path: `${this.#source.name}: ${key}`, reason: "optimizer-state", detail });
        await this.#cursor.skip(value);
      } else if (value.kind === "map") await this.#readMap(value, [...path, key]);
      else if (isFlaxArray(value)) await this.#readArray(value, [...path, key]);
      else await this.#cursor.skip(value);
    }
  }

  async #readKey(): Promise<string> {
    const key = await this.#cursor.next();
    if (key.kind === "number") return String(key.value);
    if (key.kind !== "text") throw this.#cursor.wrong("keys that are texts", key.kind);
    return await this.#cursor.text(key, NAME_BYTES);
  }

  async #readArray(value: MsgpackItem, path: readonly string[]): Promise<void> {
    const where = JSON.stringify(path.join("/"));
    const array = await readFlaxArray(this.#cursor, this.#source, value, where);
    this.#add(path, array, this.#source, array.start);
  }

  /** An array in pieces: its shape and they are maps from "0", "1", ... */
  async #readChunked(map: MsgpackItem, path: readonly string[]): Promise<void> {
    const where = JSON.stringify(path.join("/"));
    await this.#cursor.skip(await this.#cursor.next());
    let extents: number[] | null = null;
    let chunks: FlaxArray[] = [];
    for (let i = 1; i < map.count; i++) {
      const key = await this.#readKey();
      const value = await this.#cursor.next();
      if (key === "shape" && value.kind === "map" && value.count <= RANK) {
        extents = await this.#readNumbered(value, () => readNumber(this.#cursor, where));
      } else if (key === "chunks" && value.kind === "map") {
        chunks = await this.#readNumbered(value, async () => {
          const chunk = await this.#cursor.next();
          if (!isFlaxArray(chunk)) throw this.#cursor.wrong(`pieces that are arrays in ${where}`, chunk.kind);
          return await readFlaxArray(this.#cursor, this.#source, chunk, where);
        });
      } else await this.#cursor.skip(value);
    }
    const shape = checkedShape(extents, `${this.#source.label}: ${where}`);
    const [first] = chunks;
    const entries = chunks.reduce((sum, chunk) => sum + entryCount(chunk.shape), 0);
    if (entries !== entryCount(shape) || !first || chunks.some(({ dtype }) => dtype !== first.dtype)) {
      throw this.#cursor.wrong(
        `pieces of one dtype and ${entryCount(shape)} entries together in ${where}`,
        `${entries} of ${new Set(chunks.map(({ dtype }) => dtype)).size} dtypes`,
      );
    }
    const extentsOfChunks = chunks.map(({ start, end }) => ({ source: this.#source, start, end }));
    const joined = joinedSource(extentsOfChunks, this.#source.name, this.#source.label);
    this.#add(path, { ...first, shape, start: 0, end: joined.size }, joined, 0);
  }

  /** The values of a map from "0", "1", ... in the order of the numbers. */
  async #readNumbered<T>(map: MsgpackItem, read: () => Promise<T>): Promise<T[]> {
    const values: T[] = [];
    for (let i = 0; i < map.count; i++) {
      const key = await this.#readKey();
      if (key !== String(i)) throw this.#cursor.wrong(`the key "${i}"`, JSON.stringify(key));
      values.push(await read());
    }
    return values;
  }

  #add(path: readonly string[], array: FlaxArray, source: ByteSource, offset: number): void {
    const { label, name: file } = this.#source;
    const name = checkedName(path.join("/"), label);
    if (this.#tensors.has(name)) throw this.#cursor.wrong("each array once", `${JSON.stringify(name)} twice`);
    if (this.#tensors.size === TENSOR_COUNT)
      throw this.#cursor.wrong(`at most ${TENSOR_COUNT} arrays`, "more");
    const { shape, plain } = array;
    this.#tensors.set(
      name,
      plain
        ? rangedTensor(source, { name, dtype: plain, shape, offset, file })
        : unreadable(name, label, file, array),
    );
  }
}

function unreadable(
  name: string,
  label: string,
  file: string,
  { shape, dtype, start, end }: FlaxArray,
): Tensor {
  const undecodable = `NumPy's dtype ${dtype} is not read: only real numbers are.`;
  const read = async () => {
    throw new UnreadableInputError(`${label}: ${name}: ${undecodable} Save it as float32.`);
  };
  return { name, dtype, shape, sizeBytes: end - start, file, storage: null, undecodable, read };
}
