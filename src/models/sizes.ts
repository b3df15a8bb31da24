import { z } from "zod";

/** A side of an array: more than any network has is a damaged file. */
export const count = z
  .int()
  .positive()
  .max(2 ** 24);

/** Share of entries that dropout takes away: none by default. */
export const dropoutRate = z.number().min(0).lt(1);

/** Blocks of a network. */
export const blockCount = z.int().positive().max(1024);

/** Tokens of a sequence, whose masks and scores have as many rows and columns. */
export const sequenceLength = z.int().positive().max(8192);
