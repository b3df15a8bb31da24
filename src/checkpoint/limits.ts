/**
 * Every bound on input that may be hostile, in one place. A checkpoint comes from strangers: no
 * number in it is believed before it was compared with one of these or with the file's own size.
 */

/** Bytes read from the start of a file to tell what it is: all magics and first JSON keys fit. */
export const HEAD_BYTES = 4096;

/** Bytes of a safetensors header: the limit of the official reader, which real files keep. */
export const SAFETENSORS_HEADER_BYTES = 100_000_000;

/** Bytes of a shard index: it lists the same names as the headers do, so the same limit. */
export const INDEX_BYTES = 100_000_000;

/** Bytes of a model's `config.json`: real ones have some thousands, with label lists some 100,000. */
export const CONFIG_BYTES = 1 << 22;

/** Shards of one model: the largest public ones have a few hundred; their names are checked one by one. */
export const SHARD_COUNT = 100_000;

/** Tensors of one file: mixture-of-experts models have some 10^5. */
export const TENSOR_COUNT = 1 << 20;

/** Axes of a tensor: the most that PyTorch and NumPy 2 make. */
export const RANK = 64;

/** One extent, and the product of all: beyond it a double no longer counts by one. */
export const ENTRY_COUNT = Number.MAX_SAFE_INTEGER;

/** Characters of a tensor's name: real ones have under 300. */
export const NAME_LENGTH = 4096;

/** Bytes of a name as JSON: each character may be written as an escape of six. */
export const NAME_BYTES = 6 * NAME_LENGTH + 2;

/** Bytes of what a header says of one tensor: 64 extents of 16 digits and its other fields fit several times. */
export const DESCRIPTION_BYTES = 8192;

/** Brackets in each other in what a header says of one tensor: an object that has arrays. */
export const DESCRIPTION_DEPTH = 2;

/** Texts in the metadata of a header: real ones have a few hundred at most, and long ones. */
export const METADATA_COUNT = 1 << 16;

/** Bytes of an .npy header: all that version 1 can say; more is only needed by structured arrays. */
export const NPY_HEADER_BYTES = 65_536;

/** Members of an .npz archive: one a tensor. */
export const ZIP_MEMBERS = TENSOR_COUNT;

/**
 * The most that deflate can expand: 258 bytes from 2 bits. A member that declares more than this
 * times its compressed size lies about one of them (a deflate bomb declares less, and its output is
 * stopped at what its array's shape needs).
 *
 * @source zlib technical details, "Maximum Expansion Factor".
 */
export const DEFLATE_RATIO = 1032;

/** Bytes asked from the system at once: one read of 2^31 or more is refused by Node. */
export const READ_CHUNK_BYTES = 1 << 30;

/** Compressed bytes fed to the inflater at once; small, since opening needs only the first few. */
export const INFLATE_CHUNK_BYTES = 1 << 16;
