/** Prints a line of talk, on stderr: stdout is for data. */
export function talk(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints data, on stdout, with a newline at its end. */
export async function printData(text: string): Promise<void> {
  const data = text.endsWith("\n") ? text : `${text}\n`;
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether to colour a stream: NO_COLOR wins over FORCE_COLOR, both over what the stream is. */
export function wantsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return stream.isTTY === true && TERM !== "dumb";
}

/** Columns of a stream's terminal, 100 for what is no terminal. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns : 100;
}
