/** Exit codes of the command, the same for every subcommand. */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  unreadable: 3,
  gateFailed: 4,
  nothingToAnalyze: 5,
  interrupted: 130,
} as const;

export const exitCodeHelp = `Exit codes:
  0  ok
  1  a bug in marchenko
  2  wrong usage, configuration, or a missing component
  3  input that is unreadable or refused
  4  a gate, or the self-test, failed
  5  nothing to analyse
  130  interrupted`;
