/** What is used of the package `webgpu`, stated here so that all else builds where it is not installed. */
declare module "webgpu" {
  /** Dawn, with its flags. */
  export const create: (flags: string[]) => GPU;
  /** The classes of WebGPU, which a browser has as globals. */
  export const globals: Readonly<Record<string, unknown>>;
}
