import { UnreadableInputError } from "../../errors.ts";
import { type Place, withoutImposter } from "../folder.ts";
import { hubEndpoint, shownPath, webAddress } from "./address.ts";
import { RemoteClient } from "./client.ts";
import { httpSource } from "./http-source.ts";
import { hubPlace } from "./hub-folder.ts";
import type { RemoteOptions } from "./options.ts";

/** What an address of each kind leads to. */
const places: Readonly<Record<string, (path: string, client: RemoteClient) => Promise<Place>>> = {
  hf: hubPlace,
  https: webPlace,
  http: webPlace,
};

/**
 * What an address leads to.
 *
 * @param path - an address by `isRemote`.
 * @throws {UsageError} If it is malformed; {UnreadableInputError} If it can't be read.
 */
export async function remotePlace(path: string, options: RemoteOptions): Promise<Place> {
  const scheme = path.slice(0, path.indexOf(":")).toLowerCase();
  return await places[scheme]!(path, new RemoteClient(options));
}

/** A file of a server; a server lists no folders, but a file may name others beside it. */
async function webPlace(path: string, client: RemoteClient): Promise<Place> {
  const url = webAddress(path, client.options);
  const name = plainName(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  return {
    folder: null,
    name,
    path: shownPath(url.href),
    async open(wanted) {
      if (wanted !== name && !isPlain(wanted)) return null;
      const at = wanted === name ? url : beside(url, wanted);
      const label = shownPath(at.href);
      const source = await httpSource(client, {
        url: at,
        name: wanted,
        label,
        modelPage: pageOf(at, client),
      });
      if (source) return await withoutImposter(source);
      if (wanted !== name) return null;
      throw new UnreadableInputError(
        `${label}: expected a checkpoint, got no such file (404). Check the address.`,
      );
    },
  };
}

/** Page of the model whose file it is, where the address is one of the hub's own. */
function pageOf({ origin, pathname }: URL, { options }: RemoteClient): string | null {
  const endpoint = hubEndpoint(options);
  const page = /^(\/[^/]+\/[^/]+)\/resolve\//.exec(pathname)?.[1];
  return page !== undefined && new URL(endpoint).origin === origin ? `${origin}${page}` : null;
}

/** A file of the same folder; what follows "?" may be what lets one in. */
function beside(url: URL, name: string): URL {
  const other = new URL(encodeURIComponent(name), url);
  other.search = url.search;
  return other;
}

function plainName(encoded: string): string {
  try {
    const name = decodeURIComponent(encoded);
    return isPlain(name) ? name : encoded;
  } catch {
    return encoded;
  }
}

function isPlain(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\p{Cc}]/u.test(name);
}
