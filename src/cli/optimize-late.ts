import { setFlagsFromString } from "node:v8";

/** Bytecode that a function runs, about, between V8's looks at whether it is worth optimising; by itself 67,584. */
const bytecodeBetweenLooks = 5_000_000;

/**
 * Has V8 optimise only what runs for long.
 *
 * What takes long here are kernels in WebAssembly, which this does not touch. Left alone V8 optimises hundreds of functions
 * around them too, for each thread anew, on processors that the threads need: 0.3 s of 4.5 for a ViT-B's matrices.
 */
export function optimizeLate(): void {
  setFlagsFromString(`--interrupt-budget=${bytecodeBetweenLooks}`);
}
