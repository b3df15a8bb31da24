/** What the page of `browser.test.ts` is made of: the backend, and a program to run on it. */
export { gpuBackend } from "../../../dist/backends/gpu/gpu-backend.js";
export { networkProgram, runAll } from "../../conformance/programs.ts";
