import { CheckpointFormatError } from "../errors.ts";
import { asciiHead, type CheckpointFormat, singleFiles } from "./format.ts";
import { openNpyArray, withoutNpy } from "./npy.ts";
import type { Tensor } from "./tensor.ts";
import { firstZipMember, zipMembers } from "./zip-members.ts";

/**
 * NumPy's archive of arrays: a zip with an .npy file for each. The arrays of numpy.savez are read by
 * range; those of numpy.savez_compressed are inflated from their start at every read.
 *
 * @source NumPy documentation, numpy.savez and numpy.lib.format.
 */
export const npz: CheckpointFormat = {
  id: "npz",
  title: "NumPy archive (.npz)",
  extensions: [".npz"],
  sniff(head) {
    if (asciiHead(head, 4) === "PK\x05\x06") return true; // an archive of no arrays
    // Zip archives are many things; the first member's name tells which.
    return firstZipMember(head).endsWith(".npy");
  },
  gather: (names) => singleFiles(names, ".npz", "model.npz"),
  async open(entry) {
    const tensors: Tensor[] = [];
    for (const member of await zipMembers(entry)) {
      const file = member.name;
      if (!file.endsWith(".npy")) {
        throw new CheckpointFormatError(
          `${entry.label}: expected members that end in .npy, got ${JSON.stringify(file)}. ` +
            "Save the arrays with numpy.savez.",
        );
      }
      tensors.push(await openNpyArray(member, withoutNpy(file), entry.name));
    }
    return { tensors, metadata: {}, files: [entry.name] };
  },
};
