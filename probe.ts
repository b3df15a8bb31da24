import { openSync, readSync, writeSync, closeSync, ftruncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { openCheckpoint } from "./src/checkpoint/index.ts";
const path="/tmp/w2/bf16.safetensors";
const N=128, rows=1024, cols=4096, by=rows*cols*2;
const h:any={}; for(let i=0;i<N;i++) h[`l.${i}.weight`]={dtype:process.env.DT??"BF16",shape:[rows,cols],data_offsets:[i*by,(i+1)*by]};
const j=Buffer.from(JSON.stringify(h)); const len=Buffer.alloc(8); len.writeBigUInt64LE(BigInt(j.length));
const fd=openSync(path,"w"); writeSync(fd,len); writeSync(fd,j);
const d=new Uint16Array(rows*cols).map((_,i)=>0x3c00+(i*7919)%1024); for(let i=0;i<N;i++) writeSync(fd,d); closeSync(fd);
const total=N*by;
for (let r=0;r<3;r++){
for (const chunk of [1<<17,1<<18,1<<19,1<<20,1<<21,1<<24]) { const f=openSync(path,"r"); const b=Buffer.alloc(chunk); const t=performance.now(); let p=0; while(p<total){const n=readSync(f,b,0,chunk,p); p+=n;} console.log("readSync",chunk, (total/1e6/(performance.now()-t)).toFixed(2),"GB/s"); closeSync(f);}
for (const chunk of [1<<18,1<<19,1<<20,1<<21,1<<24]) { const f=await open(path); const b=Buffer.alloc(chunk); const t=performance.now(); let p=0; while(p<total){const {bytesRead}=await f.read(b,0,chunk,p); p+=bytesRead;} console.log("async read",chunk, (total/1e6/(performance.now()-t)).toFixed(2),"GB/s"); await f.close();}
const c=await openCheckpoint(path); const into=new Float32Array(rows*cols); const t=performance.now(); for (const x of c.tensors()) await x.readInto!(into,0); console.log("readInto",(total/1e6/(performance.now()-t)).toFixed(2),"GB/s");
}
