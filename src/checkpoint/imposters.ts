import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { asciiHead } from "./format.ts";

/**
 * Refuses what commonly stands in for a checkpoint of any format: nothing, the pointer that Git LFS
 * leaves where a large file should be, and the web page that a failed download left.
 *
 * @throws {CheckpointFormatError} If the file is one of these.
 * @source Git LFS specification, "The Pointer".
 */
export function refuseImposter(head: Uint8Array, source: ByteSource): void {
  if (source.size === 0) {
    throw new CheckpointFormatError(
      `${source.label} is empty: expected a checkpoint, got 0 bytes. Download or save it again.`,
    );
  }
  const text = asciiHead(head, 200);
  if (text.startsWith("version https://git-lfs.github.com/spec/")) {
    throw new CheckpointFormatError(
      `${source.label} is a Git LFS pointer, not the file itself (${source.size} bytes of text). ` +
        "Run `git lfs pull` in its repository.",
    );
  }
  if (/^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|\?xml)/i.test(text)) {
    throw new CheckpointFormatError(
      `${source.label} is a web page, not a model: the download failed, or needs a login. Download it again.`,
    );
  }
}
