import { foreignFormatOf } from "../foreign-formats.ts";
import type { FileGroup } from "../format.ts";

const endings = /\.(?:pt|pth|ckpt|jit|ptl|bin|tar)$/i;
/** Names that libraries give the one model of a folder. */
const mainName = /^(?:pytorch_model|model|diffusion_pytorch_model|adapter_model)\.(?:bin|pt|pth|ckpt)$/;

/** Names for anything, which people give the files of torch.save too. */
const anyName = /\.(?:pkl|pickle|zip|data|params)$/i;

/** Whether the name is not one of another format whose files hold torch's archives too, and are no model alone. */
export function isTorchName(name: string): boolean {
  return anyName.test(name) || (foreignFormatOf(name)?.readAlone ?? !foreignFormatOf(name));
}

/**
 * Names in a folder that are models of torch. `.bin` is a name for anything: it is one where nothing in the
 * folder says that it is a part of another format (`weights.json` beside `weights.bin`).
 */
export function gatherTorch(names: readonly string[]): FileGroup[] {
  const stems = new Set(
    names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length)),
  );
  return names
    .filter((name) => endings.test(name) && !foreignFormatOf(name))
    .filter((name) => !/\.tar$/i.test(name) || /\.(?:pt|pth|ckpt)\.tar$/i.test(name))
    .filter((name) => !/\.bin$/i.test(name) || isModelBinary(name, stems))
    .map((name) => ({ entry: name, files: [name], inParts: false, main: mainName.test(name) }));
}

function isModelBinary(name: string, stems: ReadonlySet<string>): boolean {
  const stem = name.slice(0, -".bin".length);
  const isOfManifest = [...stems].some(
    (other) =>
      [other, `${other}.weights`].includes(stem) ||
      other === `${stem}-weights_manifest` ||
      (other === "model" && stem === "weights"),
  );
  return /model|weights|adapter|checkpoint|ckpt|step|epoch|lora|unet|vae/i.test(stem) && !isOfManifest;
}
