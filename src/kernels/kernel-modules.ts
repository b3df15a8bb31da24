import { sharedBinary } from "./shared-binary.ts";

/** A binary by its name, or that for a memory which threads share. */
export type ModuleName<Name extends string> = Name | `${Name}-shared`;

/** A set of binaries' modules, compiled when they are first asked for, and kept: what is optimised stays so. */
export interface KernelModules<Name extends string> {
  /** Whether this machine runs a binary. */
  runs(name: Name): boolean;
  moduleOf(name: ModuleName<Name>): WebAssembly.Module;
  /** Takes modules that another thread compiled. */
  adopt(modules: ReadonlyMap<string, WebAssembly.Module>): void;
  /** A binary's exports, working on a memory. */
  instantiate<Exports>(
    name: ModuleName<Name>,
    memory: WebAssembly.Memory,
  ): Exports & { readonly memory: WebAssembly.Memory };
}

const { log, pow } = Math;

/** @param binaries - WebAssembly in base64, by name, as `scripts/build-kernels.ts` writes it. */
export function kernelModules<Name extends string>(
  binaries: Readonly<Record<Name, string>>,
): KernelModules<Name> {
  const compiled = new Map<string, WebAssembly.Module>();
  /** Binaries that were asked for and are not compiled yet. */
  const decoded = new Map<ModuleName<Name>, Uint8Array<ArrayBuffer>>();
  const bytesOf = (name: ModuleName<Name>): Uint8Array<ArrayBuffer> => {
    const base = name.replace(/-shared$/, "") as Name;
    if (base !== name) return sharedBinary(bytesOf(base));
    let bytes = decoded.get(base);
    if (!bytes) {
      // Not by `Uint8Array.from`, which takes six times as long: a command waits for it before it begins.
      const text = atob(binaries[base]);
      bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
      decoded.set(base, bytes);
    }
    return bytes;
  };

  const moduleOf = (name: ModuleName<Name>): WebAssembly.Module => {
    let module = compiled.get(name);
    if (!module) {
      module = new WebAssembly.Module(bytesOf(name));
      compiled.set(name, module);
      decoded.delete(name);
    }
    return module;
  };
  const abort = (): never => {
    throw new Error("a kernel aborted");
  };
  return {
    runs: (name) => compiled.has(name) || WebAssembly.validate(bytesOf(name)),
    moduleOf,
    adopt(modules) {
      for (const [name, module] of modules) compiled.set(name, module);
    },
    instantiate<Exports>(name: ModuleName<Name>, memory: WebAssembly.Memory) {
      const instance = new WebAssembly.Instance(moduleOf(name), {
        env: { memory, abort },
        Math: { log, pow },
      });
      return { ...(instance.exports as unknown as Exports), memory };
    },
  };
}
