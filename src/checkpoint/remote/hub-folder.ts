import { UnreadableInputError } from "../../errors.ts";
import { type FolderTree, type Place, withoutImposter } from "../folder.ts";
import { similarNames } from "../nearest-names.ts";
import { type HubAddress, hubAddress, hubEndpoint, hubText } from "./address.ts";
import type { RemoteClient } from "./client.ts";
import { httpSource } from "./http-source.ts";
import { type HubListing, hubListing, modelPageOf } from "./hub-listing.ts";

/** Names that a misspelt one is compared with. */
const MOST_COMPARED = 5000;

interface Names {
  readonly files: Set<string>;
  readonly folders: Set<string>;
}

/**
 * A model of the hub, or a file or folder of one; its paths name the commit that the revision is now.
 *
 * @throws {UsageError} If the address is malformed; {UnreadableInputError} If it can't be read.
 */
export async function hubPlace(path: string, client: RemoteClient): Promise<Place> {
  const asked = hubAddress(path);
  const listing = await hubListing(client, asked);
  const address = { ...asked, revision: listing.commit ?? asked.revision };
  const tree = treeOf(listing.sizes.keys());
  const { within } = address;
  if (tree.has(within)) return { folder: hubFolder(client, address, listing, tree) };
  if (!listing.sizes.has(within)) throw missing(hubText(asked), within, listing);
  const slash = within.lastIndexOf("/");
  const parent = hubFolder(
    client,
    { ...address, within: within.slice(0, Math.max(slash, 0)) },
    listing,
    tree,
  );
  return { folder: null, name: within.slice(slash + 1), path: hubText(address), open: parent.open };
}

/** What is directly in each folder, by the folder's path. */
function treeOf(paths: Iterable<string>): Map<string, Names> {
  const tree = new Map<string, Names>([["", { files: new Set(), folders: new Set() }]]);
  for (const path of paths) {
    const parts = path.split("/");
    let within = "";
    for (const [i, part] of parts.entries()) {
      const names = tree.get(within)!;
      if (i === parts.length - 1) names.files.add(part);
      else {
        names.folders.add(part);
        within = joined(within, part);
        if (!tree.has(within)) tree.set(within, { files: new Set(), folders: new Set() });
      }
    }
  }
  return tree;
}

function hubFolder(
  client: RemoteClient,
  address: HubAddress,
  listing: HubListing,
  tree: ReadonlyMap<string, Names>,
): FolderTree {
  const { owner, model, revision, within } = address;
  const { files, folders } = tree.get(within)!;
  const inside = (name: string) => ({ ...address, within: joined(within, name) });
  return {
    path: hubText(address),
    name: within.split("/").at(-1) || model,
    files: [...files].sort(),
    folders: [...folders].sort(),
    pathOf: (name) => hubText(inside(name)),
    enter: async (name) => hubFolder(client, inside(name), listing, tree),
    async open(name) {
      if (!files.has(name)) return null;
      const path = joined(within, name);
      const encoded = path.split("/").map(encodeURIComponent).join("/");
      const at = encodeURIComponent(revision ?? "main");
      const label = hubText(inside(name));
      const source = await httpSource(client, {
        url: new URL(`${hubEndpoint(client.options)}/${owner}/${model}/resolve/${at}/${encoded}`),
        name,
        label,
        modelPage: modelPageOf(client, address),
        listedSize: listing.sizes.get(path) ?? null,
      });
      if (source) return await withoutImposter(source);
      throw new UnreadableInputError(
        `${label}: expected the file that the hub lists, got none (404). Try again later.`,
      );
    },
  };
}

function joined(within: string, name: string): string {
  return within === "" ? name : `${within}/${name}`;
}

function missing(path: string, within: string, { sizes }: HubListing): UnreadableInputError {
  const near = similarNames(within, [...sizes.keys()].slice(0, MOST_COMPARED));
  const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "Look up its files on the hub.";
  return new UnreadableInputError(
    `${path}: expected a file or folder of the model, got a name that it has not. ${hint}`,
  );
}
