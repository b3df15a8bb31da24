#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { main } from "./main.ts";
import { optimizeLate } from "./optimize-late.ts";
import { adoptRelay } from "./relay.ts";
import { collectEarly, holdYoungGeneration } from "./small-heap.ts";

// Node 20 and 21 have relaxed SIMD behind a flag; set here, in our own process, never by the library in a host's.
if (Number(process.versions.node.split(".")[0]) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

optimizeLate();
collectEarly();
holdYoungGeneration();
adoptRelay();
process.exitCode = await main(process.argv);
