import { bindings, firstEntries, type ProductKernel, productsOf, withinSums } from "./product-kernel.ts";

/**
 * A tile of the result by a workgroup of 16 x 16 threads, each with a square of entries in registers; slices of both
 * factors' rows and columns are shared.
 *
 * @param square - entries of a thread's square along a side: a multiple of 4. @param depth - of a slice.
 */
function tiled(square: number, depth: number): ProductKernel {
  const side = 16 * square;
  const threads = 256;
  const quarters = square / 4;
  return {
    id: `tile-${side}`,
    sharedBytes: 2 * depth * side * 4,
    threads,
    groups: (plan) => [Math.ceil(plan.n.size / side), Math.ceil(plan.m.size / side), productsOf(plan)],
    shader: (plan) => {
      const { m, n, k } = plan;
      // Threads beside each other load what lies beside each other.
      const slice = (name: string, edge: number, edgeStride: number, depthStride: number, first: string) => {
        const [along, across] = depthStride === 1 ? ["depth", "edge"] : ["edge", "depth"];
        const width = along === "depth" ? depth : side;
        return `for (var e = thread; e < ${side * depth}u; e += ${threads}u) {
          let ${along}At = e % ${width}u;
          let ${across}At = e / ${width}u;
          let ${name}Row = ${first} + edgeAt;
          let ${name}Depth = start + depthAt;
          var entry = 0.0;
          if (${name}Row < ${edge}u && ${name}Depth < ${k.size}u) {
            entry = ${name}[${name}At + ${name}Row * ${edgeStride}u + ${name}Depth * ${depthStride}u];
          }
          ${name}Slice[depthAt * ${side}u + edgeAt] = entry;
        }`;
      };
      const rows = Array.from({ length: square }, (_, i) => i);
      const columns = Array.from({ length: quarters }, (_, i) => i);
      const each = (text: (i: number, j: number) => string) =>
        rows.flatMap((i) => columns.map((j) => text(i, j))).join("\n");
      const product = `
        for (var start = 0u; start < ${k.size}u; start += ${depth}u) {
          ${slice("left", m.size, m.left, k.left, "firstRow")}
          ${slice("right", n.size, n.right, k.right, "firstColumn")}
          workgroupBarrier();
          for (var d = 0u; d < ${depth}u; d++) {
            let l = d * ${side}u + local.y * ${square}u;
            let r = d * ${side}u + local.x * 4u;
            ${columns
              .map(
                (j) =>
                  `let r${j} = vec4<f32>(rightSlice[r + ${64 * j}u], rightSlice[r + ${64 * j + 1}u], rightSlice[r + ${64 * j + 2}u], rightSlice[r + ${64 * j + 3}u]);`,
              )
              .join("\n")}
            ${rows.map((i) => `let l${i} = leftSlice[l + ${i}u];`).join("\n")}
            ${each((i, j) => `t${i}_${j} = fma(vec4<f32>(l${i}), r${j}, t${i}_${j});`)}
          }
          workgroupBarrier();
        }`;
      const store = (i: number, j: number) =>
        `if (row + ${i}u < ${m.size}u) {
          let to = outFirst + (row + ${i}u) * ${m.out}u;
          ${[0, 1, 2, 3]
            .map((c) => {
              const column = `(column + ${64 * j + c}u)`;
              return `if (${column} < ${n.size}u) { result[to + ${column} * ${n.out}u] = t${i}_${j}[${c}]; }`;
            })
            .join("\n")}
        }`;
      return `${bindings}
var<workgroup> leftSlice : array<f32, ${depth * side}>;
var<workgroup> rightSlice : array<f32, ${depth * side}>;
@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_id) local : vec3<u32>,
        @builtin(local_invocation_index) thread : u32) {
  ${firstEntries(plan)}
  let firstRow = group.y * ${side}u;
  let firstColumn = group.x * ${side}u;
  let row = firstRow + local.y * ${square}u;
  let column = firstColumn + local.x * 4u;
  ${each((i, j) => `var t${i}_${j} = vec4<f32>();`)}
  ${withinSums(plan, product)}
  ${each(store)}
}`;
    },
  };
}

export const tile64 = tiled(4, 16);
export const tile128 = tiled(8, 16);
