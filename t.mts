import {openCheckpoint} from "./src/checkpoint/index.ts";
for (const p of process.argv.slice(2)) { const c=await openCheckpoint(p).catch(e=>{console.log(e.message)}); if(!c) continue; console.log(p,c.format,c.files,c.leftOut); for(const t of c.tensors()) {const d=await t.read(); console.log(t.name,t.dtype,t.shape,d.length,d[0],t.roundingError&&await t.roundingError())} await c.close()}
