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

/** Bytes of an HDF5 file that are held while one operation reads it: chunks and headers of 2000 groups fit. */
export const HDF5_HELD_BYTES = 1 << 28;

/** Bytes of an attribute of HDF5: one holds at most 64 KB unless it is stored apart, as long lists of names are. */
export const HDF5_ATTRIBUTE_BYTES = 1 << 24;

/** Groups and datasets of an HDF5 file, by all paths that lead to them: the largest Keras models have some 10^4. */
export const HDF5_PATHS = 1 << 16;

/** Groups in each other in an HDF5 file: models in models; more is a group that holds itself. */
export const HDF5_DEPTH = 32;

/** Bytes of HDF5 that are held in memory, where an archive of Keras 3 was compressed: Keras itself stores. */
export const KERAS_DEFLATED_BYTES = 1 << 27;

/** Bytes of a model.json of TensorFlow.js, whose weights are parsed at once: real ones have at most some MB. */
export const TFJS_MANIFEST_BYTES = 1 << 25;

/** Maps in each other in a file of Flax: modules in modules. */
export const FLAX_DEPTH = 64;

/** Bytes of the name of a dtype of NumPy: the longest have under 20. */
export const FLAX_DTYPE_BYTES = 64;

/** Bytes of a GGUF header: vocabularies and their merges are in it, some 20 MB of the largest. */
export const GGUF_HEADER_BYTES = 256 << 20;

/** Bytes of a text in a GGUF header: chat templates have some 10^4. */
export const GGUF_TEXT_BYTES = 1 << 24;

/** Arrays in each other in a GGUF header: what is written has none in others. */
export const GGUF_ARRAY_DEPTH = 4;

/** The widest alignment of tensors in a GGUF file that is believed: 32 is usual, a page of memory the most of use. */
export const GGUF_ALIGNMENT = 1 << 20;

/**
 * Bytes of one pickle: what torch writes of a tensor takes about 130, its numbers are stored elsewhere.
 * Arrays that were pickled as such, in full, may reach it: those belong in tensors.
 */
export const PICKLE_BYTES = 1 << 26;

/** Bytes of a pickle read at first, mostly enough; then four times as many, until it ends. */
export const PICKLE_FIRST_BYTES = 1 << 13;

/** Opcodes of one pickle: a tensor takes about 30. A few kB, deflated, can hold the most bytes of them. */
export const PICKLE_OPERATIONS = 1 << 23;

/** Lists, dicts, tuples, texts and objects that one pickle makes: a tensor takes about ten. */
export const PICKLE_OBJECTS = 1 << 21;

/** Values on the stack of a pickle at once: TorchScript has all of a dict there, others a thousand. */
export const PICKLE_STACK = 1 << 20;

/** Values that a pickle remembers for later. */
export const PICKLE_MEMO = 1 << 21;

/** Bytes of one text in a pickle that is kept: names are short, longer ones are pickled arrays. */
export const PICKLE_TEXT_BYTES = 1 << 16;

/** Bytes of one whole number in a pickle: those of random-number states have hundreds. */
export const PICKLE_INTEGER_BYTES = 4096;

/** Containers in each other in a pickle: models nest modules some ten deep. */
export const PICKLE_DEPTH = 200;

/**
 * Values looked at in the search for tensors: as many as opcodes can make, though one that is in two places is met
 * twice, and in each of those again.
 */
export const PICKLE_VISITS = PICKLE_OPERATIONS;

/** Bytes of a tensor beyond its storage's: an expanded one, or one whose parts overlap, has entries twice and more. */
export const EXPANDED_BYTES = 1 << 26;

/** Entries of a sparse tensor for each that is stored: below a percent, filling it up is all that one would do. */
export const SPARSE_RATIO = 100;

/** Bytes of a storage fetched at once for a tensor whose entries are scattered over it. */
export const SCATTERED_BYTES = 1 << 24;

/** Members of a tar archive: those of torch's have four. */
export const TAR_MEMBERS = 100;

/** Fields of a protocol buffer that are looked at: a graph of 10^5 nodes has some 10^6. */
export const WIRE_FIELDS = 1 << 23;

/** Graphs in each other in an ONNX file: branches of branches, some four deep in real ones. */
export const GRAPH_DEPTH = 32;

/** Pieces that the numbers of one ONNX tensor come in: writers make one. */
export const DATA_PIECES = 1 << 12;

/** Inputs and outputs of an ONNX node that are looked at: weights are among the first. */
export const NODE_PORTS = 8;

/** Nodes of an ONNX file that tell what weights are: those of the largest graphs have some 10^5. */
export const GRAPH_NODES = 1 << 18;

/** Attributes of an ONNX node, and graphs of one: operators define some twenty. */
export const NODE_ATTRIBUTES = 1 << 12;

/** Entries of a model's metadata in an ONNX file that are kept. */
export const ONNX_METADATA_COUNT = 1 << 12;

/** Bytes of a text in the metadata of an ONNX file: lists of class names are among them. */
export const ONNX_TEXT_BYTES = 1 << 20;

/** Bytes of a remote file that are asked for first: its size comes with them, and most headers are in them. */
export const REMOTE_FIRST_BYTES = 1 << 16;

/** The most bytes of a remote file that are read ahead where it is read in order: a tenth of a second and more. */
export const REMOTE_AHEAD_BYTES = 1 << 23;

/** Bytes read ahead that are kept, of all files together: 8 places at which files are read in order. */
export const REMOTE_KEPT_BYTES = 1 << 26;

/** Pieces that they are in: as many as of the smallest fit, since all are looked through. */
export const REMOTE_KEPT_PIECES = 1 << 10;

/** Bytes of remote files that are held whole, all together, where servers give no ranges. */
export const REMOTE_WHOLE_BYTES = 1 << 28;

/** Redirections of one request: a hub sends to its store at once, a moved model a few times. */
export const REMOTE_REDIRECTS = 8;

/** Attempts at one range before it is given up. */
export const REMOTE_ATTEMPTS = 5;

/** Bytes after which a connection that breaks off counts as no failure: it is slow, but goes on. */
export const REMOTE_PROGRESS_BYTES = 1 << 20;

/** The longest pause before a repetition, in milliseconds: a server that asks for more is given up. */
export const REMOTE_PAUSE_MS = 30_000;

/** Bytes of one page of a hub's list of files: a page has 1000 files, each some 300 bytes. */
export const HUB_PAGE_BYTES = 1 << 24;

/** Files of a model of a hub: the largest have some thousands. */
export const HUB_FILES = 100_000;

/** Pages of a hub's list of files. */
export const HUB_PAGES = 1000;
