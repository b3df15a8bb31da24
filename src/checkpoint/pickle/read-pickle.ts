import { CheckpointFormatError } from "../../errors.ts";
import { type ByteSource, truncated } from "../byte-source.ts";
import { PICKLE_BYTES, PICKLE_FIRST_BYTES, PICKLE_OPERATIONS } from "../limits.ts";
import { opcodes } from "./opcodes.ts";
import { PickleCutShort, PickleMachine, type PickleSurroundings } from "./pickle-machine.ts";

/** A pickle's value, and where the next one may start. */
export interface ReadPickle {
  readonly value: unknown;
  readonly end: number;
}

/**
 * Reads one pickle of a file. Nothing of what it names is run: a call becomes a value that holds its
 * arguments, or what this package declares for that global.
 *
 * A pickle does not say its length. It is read from its start in a window, in one of four times the size
 * if it does not end in that, and so on.
 *
 * @param source - the file. @param offset - byte where the pickle starts.
 * @param surroundings - what it may name; asked again when a larger window is read.
 * @throws {CheckpointFormatError} If it is damaged, ends too early, or passes a limit.
 * @throws {UnreadableInputError} If it names a global that is not allowed.
 */
export async function readPickle(
  source: ByteSource,
  offset: number,
  surroundings: PickleSurroundings,
): Promise<ReadPickle> {
  const available = source.size - offset;
  for (let window = PICKLE_FIRST_BYTES; ; window *= 4) {
    const length = Math.min(window, available, PICKLE_BYTES);
    const machine = new PickleMachine(await source.read(offset, length), surroundings);
    try {
      return { value: run(machine), end: offset + machine.position };
    } catch (error) {
      if (!(error instanceof PickleCutShort)) throw error;
      if (length === available) throw truncated(source.label, offset + length + 1, source.size);
      if (length === PICKLE_BYTES) {
        throw new CheckpointFormatError(
          `${source.label}: expected a pickle of at most ${PICKLE_BYTES} bytes, got a longer one. ` +
            "Arrays in it should be tensors, which are stored beside it: save it again with them.",
        );
      }
    }
  }
}

function run(machine: PickleMachine): unknown {
  for (let count = 0; !machine.result; count++) {
    if (count === PICKLE_OPERATIONS) throw machine.fault(`at most ${PICKLE_OPERATIONS} opcodes`, "more");
    const code = machine.uint8();
    const opcode = opcodes[code];
    if (!opcode) throw machine.fault("an opcode of a pickle", `byte 0x${code.toString(16)}`);
    opcode(machine);
  }
  return machine.result.value;
}
