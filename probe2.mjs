import { openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
const path="/tmp/w2/bf16.safetensors"; const total=1<<30;
const cpu=()=>{const {user,system}=process.cpuUsage();return (user+system)/1e6;};
const rate=(name,f)=>{const t=cpu();f();const s=cpu()-t;console.log(name,(total/1e9/s).toFixed(2));};
const b0=(codes,into)=>{const bits=new Int32Array(into.buffer,into.byteOffset,into.length);for(let i=0;i<codes.length;i++)bits[i]=codes[i]<<16;};
const bA=(codes,into)=>{const n=codes.length>>1;const w=new Int32Array(codes.buffer,codes.byteOffset,n);const bits=new Int32Array(into.buffer,into.byteOffset,into.length);for(let i=0;i<n;i++){const x=w[i];bits[2*i]=x<<16;bits[2*i+1]=x&-65536;}};
const bB=(codes,into)=>{const n=codes.length>>1;const w=new Int32Array(codes.buffer,codes.byteOffset,n);const bits=new Int32Array(into.buffer,into.byteOffset,into.length);for(let i=0,j=0;i<n;i+=4,j+=8){const x=w[i],y=w[i+1],z=w[i+2],u=w[i+3];bits[j]=x<<16;bits[j+1]=x&-65536;bits[j+2]=y<<16;bits[j+3]=y&-65536;bits[j+4]=z<<16;bits[j+5]=z&-65536;bits[j+6]=u<<16;bits[j+7]=u&-65536;}};
for (const S of [1<<17,1<<18,1<<20,1<<21]) {
 console.log("stretch",S);
 const src=new Uint16Array(S/2).fill(0x3c01); const dst=new Float32Array(4*1024*1024);
 for(let r=0;r<3;r++) for (const [n,f] of [["b0",b0],["bA",bA],["bB",bB]]) {
  rate(n+" "+S,()=>{ for(let k=0;k<total/S;k++){ const o=(k*S/2)%dst.length; f(src,dst.subarray(o,o+S/2)); } });
 }
 rate("set f32",()=>{ const s32=new Float32Array(S/4); for(let k=0;k<total/S;k++){ const o=(k*S/4)%dst.length; dst.set(s32,o); } });
 const fd=openSync(path); const buf=Buffer.alloc(S);
 rate("read",()=>{let p=0;while(p<total)p+=readSync(fd,buf,0,S,p);});
 {const h=await open(path); const t=cpu(); let p=0; while(p<total) p+=(await h.read(buf,0,S,p)).bytesRead; console.log("async", (total/1e9/(cpu()-t)).toFixed(2)); await h.close();}
}
{const buf=Buffer.alloc(1<<23);const fd=openSync(path);rate("read 8M",()=>{let p=0;while(p<total)p+=readSync(fd,buf,0,1<<23,p);});}
