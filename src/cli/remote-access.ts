import type { RemoteOptions } from "../checkpoint/remote/options.ts";

/** What help says of the addresses of checkpoints. */
export const remoteHelp = `
A path may be an address: hf://OWNER/MODEL[@REVISION][/FILE-OR-FOLDER], or https://... of a file. Only what is
needed is read, by ranges. HF_TOKEN (for private and gated models), HF_ENDPOINT (another hub) and
MARCHENKO_ALLOW_HTTP=1 (http to other machines than this) are heeded.`;

/** How checkpoints elsewhere are reached, by the environment. */
export function remoteAccess(): RemoteOptions {
  const { HF_TOKEN, HF_ENDPOINT, MARCHENKO_ALLOW_HTTP } = process.env;
  return {
    ...(HF_TOKEN && { token: HF_TOKEN }),
    ...(HF_ENDPOINT && { endpoint: HF_ENDPOINT }),
    allowHttp: MARCHENKO_ALLOW_HTTP === "1",
  };
}
