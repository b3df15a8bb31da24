import { dirname } from "node:path";
import type { Plugin } from "esbuild";

/** Zod brings its messages in some fifty languages, 300 kB of them; what is bundled speaks English. */
export const englishZod: Plugin = {
  name: "english-zod",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: dirname(path),
    }));
  },
};

/** Binaries and programs of threads, in base64 or as texts: the command, in `dist/cli`, reads the library's. */
export const sharedBinaries: Plugin = {
  name: "shared-binaries",
  setup({ onResolve }) {
    onResolve({ filter: /\/generated\/[a-z-]+\.js$/ }, ({ path, resolveDir }) => {
      const room = /dist[\\/]([a-z]+)/.exec(resolveDir)?.[1];
      const [, folder] = /([a-z]*)\/generated\/[a-z-]+\.js$/.exec(path)!;
      return {
        path: `../${folder || room}/generated/${path.slice(path.lastIndexOf("/") + 1)}`,
        external: true,
      };
    });
  },
};
