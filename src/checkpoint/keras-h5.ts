import { asciiHead, type CheckpointFormat, singleFiles } from "./format.ts";
import { HDF5_MAGIC } from "./hdf5-file.ts";
import { openKerasWeights } from "./keras-weights.ts";

/** HDF5 as Keras 2 saves models and weights, as Keras 3 saves weights, or as anybody does. */
export const kerasH5: CheckpointFormat = {
  id: "keras-h5",
  title: "HDF5 (Keras .h5)",
  extensions: [".h5", ".hdf5"],
  sniff: (head) => asciiHead(head, HDF5_MAGIC.length) === HDF5_MAGIC,
  gather: (names) => [
    ...singleFiles(names, ".h5", "model.h5", "tf_model.h5"),
    ...singleFiles(names, ".hdf5", "model.hdf5"),
  ],
  async open(entry) {
    return { ...(await openKerasWeights(entry, entry.name)), metadata: {}, files: [entry.name] };
  },
};
