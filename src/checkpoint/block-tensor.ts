import type { ByteSource } from "./byte-source.ts";
import { requireMemory } from "./memory-limit.ts";
import { type Dtype, entryCount, type Tensor } from "./tensor.ts";

/**
 * How entries are quantised in blocks of equal size, each with its own scales:
 *
 *     w_i = step_j q_i + offset_j,  j = floor(i / run)
 */
export interface BlockLayout {
  /** Entries of a block. */
  readonly entries: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** Entries that share a step and an offset. */
  readonly run: number;
  /** Fills `steps` with step_j and `offsets` with offset_j of the block that starts at byte `at`. */
  scales(block: DataView, at: number, steps: Float64Array, offsets: Float64Array): void;
  /** Fills `codes` with q_i of the block that starts at byte `at`. */
  codes(bytes: Uint8Array, at: number, codes: Int16Array): void;
}

/** Where the blocks of a tensor lie in a file. */
export interface StoredBlocks {
  readonly name: string;
  readonly dtype: Dtype;
  /** The last extent is a multiple of a block's entries. */
  readonly shape: readonly number[];
  readonly offset: number;
  readonly file: string;
  readonly layout: BlockLayout;
}

/** Bytes of blocks that are read at once, about. */
const STRETCH_BYTES = 1 << 21;

/** A tensor whose entries are quantised in blocks, which lie one behind the other: decoded as they are read. */
export class BlockTensor implements Tensor {
  readonly storage = null;
  readonly #source: ByteSource;
  readonly #stored: StoredBlocks;

  constructor(source: ByteSource, stored: StoredBlocks) {
    this.#source = source;
    this.#stored = stored;
  }

  get name(): string {
    return this.#stored.name;
  }

  get dtype(): Dtype {
    return this.#stored.dtype;
  }

  get shape(): readonly number[] {
    return this.#stored.shape;
  }

  get file(): string {
    return this.#stored.file;
  }

  get sizeBytes(): number {
    const { layout, shape } = this.#stored;
    return (entryCount(shape) / layout.entries) * layout.bytes;
  }

  async read(start = 0, end = entryCount(this.shape)): Promise<Float32Array> {
    this.#requireRange(start, end);
    await requireMemory(`${this.#source.label}: tensor ${JSON.stringify(this.name)}`, end - start, "F32");
    const entries = new Float32Array(end - start);
    await this.readInto(entries, start);
    return entries;
  }

  async readInto(into: Float32Array | Float64Array, start: number): Promise<void> {
    const { layout } = this.#stored;
    const end = start + into.length;
    this.#requireRange(start, end);
    if (into.length === 0) return;
    const decoded = new Float32Array(layout.entries);
    const decode = decoderOf(layout);
    const [first, last] = [Math.floor(start / layout.entries), Math.ceil(end / layout.entries)];
    for await (const { block, bytes, view } of this.#blocks(first, last)) {
      for (let at = 0, from = block * layout.entries; at < bytes.length; at += layout.bytes) {
        const [low, high] = [Math.max(start, from), Math.min(end, from + layout.entries)];
        if (high - low === layout.entries && into instanceof Float32Array) {
          decode(view, bytes, at, into, low - start);
        } else {
          decode(view, bytes, at, decoded, 0);
          into.set(decoded.subarray(low - from, high - from), low - start);
        }
        from += layout.entries;
      }
    }
  }

  async roundingError(start = 0, end = entryCount(this.shape)): Promise<number> {
    const { layout } = this.#stored;
    this.#requireRange(start, end);
    if (start === end) return 0;
    const steps = new Float64Array(layout.entries / layout.run);
    const offsets = new Float64Array(steps.length);
    const [first, last] = [Math.floor(start / layout.entries), Math.ceil(end / layout.entries)];
    let sum = 0;
    for await (const { block, bytes, view } of this.#blocks(first, last)) {
      for (let at = 0, from = block * layout.entries; at < bytes.length; at += layout.bytes) {
        layout.scales(view, at, steps, offsets);
        for (const step of steps) {
          const count = Math.min(end, from + layout.run) - Math.max(start, from);
          if (count > 0) sum += count * step * step;
          from += layout.run;
        }
      }
    }
    return Math.sqrt(sum / (end - start) / 12);
  }

  /** Blocks `first` to `last`, some at a time. */
  async *#blocks(first: number, last: number) {
    const { layout, offset } = this.#stored;
    const step = Math.max(1, Math.floor(STRETCH_BYTES / layout.bytes));
    for (let block = first; block < last; block += step) {
      const length = Math.min(step, last - block) * layout.bytes;
      const bytes = await this.#source.read(offset + block * layout.bytes, length);
      yield { block, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
    }
  }

  #requireRange(start: number, end: number): void {
    const count = entryCount(this.shape);
    if (!(0 <= start && start <= end && end <= count)) {
      throw new RangeError(`${this.name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
    }
  }
}

/** Decodes a block to where it is wanted; its places for scales and codes are made once. */
function decoderOf({ entries, run, scales, codes }: BlockLayout) {
  const steps = new Float64Array(entries / run);
  const offsets = new Float64Array(entries / run);
  const numbers = new Int16Array(entries);
  return (view: DataView, bytes: Uint8Array, at: number, into: Float32Array, start: number): void => {
    scales(view, at, steps, offsets);
    codes(bytes, at, numbers);
    for (let j = 0, i = 0; i < entries; j++) {
      const step = steps[j]!;
      const offset = offsets[j]!;
      for (const end = i + run; i < end; i++) into[start + i] = step * numbers[i]! + offset;
    }
  };
}
