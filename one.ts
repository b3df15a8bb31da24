import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { originals } from "./test/fuzz/originals.ts";
import { mutantOf } from "./test/fuzz/mutants.ts";
import { openCheckpoint } from "./src/checkpoint/index.ts";
const [title, seed, round, dir] = process.argv.slice(2) as string[];
const o = originals().find((x) => x.title === title)!;
const m = mutantOf(await o.files(), Number(seed), title!, Number(round));
mkdirSync(dir!, { recursive: true });
for (const [n, b] of m) writeFileSync(join(dir!, n), b);
const cpu=()=>{const {user,system}=process.cpuUsage();return (user+system)/1e6;};
let t=cpu();
try { const c = await openCheckpoint(join(dir!, [...m.keys()][0]!)); console.log("opened", cpu()-t);
 for (const x of c.tensors()) { t=cpu(); try { await x.read(0, Math.min(1<<23, x.shape.reduce((a,b)=>a*b,1))); } catch (e) { console.log(x.name, x.shape, String(e).slice(0,200)); } if (cpu()-t>0.1) console.log(x.name, x.shape, x.dtype, cpu()-t); }
} catch (e) { console.log(String(e).slice(0,300)); }
console.log("total", cpu()-t);
