import { UsageError } from "../errors.ts";
import { defineDataset } from "./dataset.ts";
import { idxImageOptions, loadIdxImages } from "./idx-images.ts";

/** Where Debian's package puts the files. */
const debianFolder = "/usr/share/datasets/fashion-mnist";

const advice = `Give data.path a folder with Fashion-MNIST's four IDX files (train-images-idx3-ubyte.gz and so on); Debian's package puts them into ${debianFolder}: sudo apt-get install dataset-fashion-mnist`;

/**
 * Fashion-MNIST, grey pictures of clothes: 60 000 training and 10 000 test images of 28 x 28.
 *
 * @source Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747.
 */
export const fashionMnist = defineDataset({
  name: "fashion-mnist",
  kind: "images",
  description: "pictures of clothes, 28 x 28 (IDX files in data.path, or of Debian's dataset-fashion-mnist)",
  options: idxImageOptions,
  async load({ path, augment }) {
    const { existsSync } = await import("node:fs");
    if (path === undefined && !existsSync(debianFolder)) {
      throw new UsageError(
        `fashion-mnist: no data.path is given, and ${debianFolder} does not exist. ${advice}`,
      );
    }
    return loadIdxImages(path ?? debianFolder, augment, advice);
  },
});
