import { layOut, type Program } from "../../autodiff/program.ts";
import type { Feed, Tensor } from "../backend.ts";
import { entriesOf, requireState } from "../feed.ts";
import { lowerProgram } from "../lowered-program.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { kernelOf } from "./catalogue.ts";
import { type DispatchMakers, dispatchOf, encodeDispatches } from "./dispatch.ts";
import type { GpuPlan } from "./gpu-plan.ts";
import { placeAreas } from "./place-areas.ts";
import type { ReadBack } from "./read-back.ts";
import { stepsOf } from "./steps.ts";
import { planUpdates } from "./updates-in-place.ts";

/** What plans of a backend share. */
export interface Workshop extends DispatchMakers {
  readonly pool: BufferPool;
  readonly readBack: ReadBack;
}

/** Runs whose work isn't done yet: more would only fill the queue. */
const mostUnderWay = 3;

/**
 * Prepares a program: its kernels' shaders, and buffers that those hold entries in which don't need them at the same time.
 *
 * @throws {RangeError} If a parameter's tensor is missing or has another shape, or a kernel binds too many arrays;
 *   {OutOfMemoryError} If the device hasn't the memory.
 */
export async function compilePlan(
  program: Program,
  state: ReadonlyMap<string, Tensor>,
  workshop: Workshop,
): Promise<GpuPlan> {
  const { pool, readBack } = workshop;
  const { device, check, settled } = workshop.open;
  const layout = layOut(program);
  requireState(layout.parameters, state);
  const lowered = lowerProgram(layout, kernelOf);
  const planned = planUpdates(program, lowered);
  const listed = stepsOf(planned);
  const { steps, areaOf } = listed;
  const { bufferOf, release } = placeAreas(layout, lowered, listed, state, pool, device.queue);
  try {
    await pool.settled();
    // All shaders are compiled beside each other.
    const dispatches = await Promise.all(steps.map((step) => dispatchOf(step, bufferOf, workshop)));
    check();
    const inputs = Array.from(layout.inputs, ([name, value]) => ({
      name,
      value,
      buffer: bufferOf(areaOf(lowered.nodeOf(value))),
    }));
    const outputs = new Map(
      Array.from(planned.outputs, ([name, node]) => [
        name,
        { buffer: bufferOf(areaOf(node)), count: node.count },
      ]),
    );
    const copies = planned.copies.map(({ from, parameter }) => ({
      from: bufferOf(areaOf(from)),
      to: bufferOf(areaOf(parameter)),
      bytes: from.count * 4,
    }));
    const underWay: Promise<unknown>[] = [];
    let isOver = false;
    const submit = (feed: Feed, read: readonly string[]) => {
      if (isOver) throw new RangeError("the plan was disposed of");
      check();
      for (const name of Object.keys(feed)) {
        if (!layout.inputs.has(name)) throw new RangeError(`the program has no input ${name}`);
      }
      const requests = read.map((name) => {
        const output = outputs.get(name);
        if (!output) throw new RangeError(`the program has no output ${name}`);
        return output;
      });
      const given = inputs.map(({ value, buffer }) => ({ buffer, entries: entriesOf(value, feed) }));
      for (const { buffer, entries } of given) {
        device.queue.writeBuffer(buffer, 0, asFloat32(entries));
      }
      const encoder = device.createCommandEncoder();
      encodeDispatches(encoder, dispatches);
      for (const { from, to, bytes } of copies) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
      const entries = requests.length > 0 ? readBack.copy(encoder, requests) : null;
      device.queue.submit([encoder.finish()]);
      return entries;
    };
    return {
      kernels: dispatches.map(({ label }) => label),
      async run(feed, read = Array.from(outputs.keys())) {
        const entries = submit(feed, read);
        if (entries) {
          const results = await entries();
          return Object.fromEntries(read.map((name, i) => [name, results[i]!]));
        }
        underWay.push(device.queue.onSubmittedWorkDone());
        if (underWay.length > mostUnderWay) await settled(underWay.shift()!);
        return {};
      },
      dispose() {
        if (isOver) return;
        isOver = true;
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function asFloat32(entries: ArrayLike<number>): Float32Array<ArrayBuffer> {
  return entries instanceof Float32Array
    ? (entries as Float32Array<ArrayBuffer>)
    : Float32Array.from(entries);
}
