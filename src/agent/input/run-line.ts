import type { RunOutput } from "../at-work.ts";

/** What a line of JSON tells; undefined for another line, and for one that tells nothing. @param read the outputs of a parsed line */
export function readRunLine(line: string, read: (value: unknown) => RunOutput[]): RunOutput[] | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const found = read(JSON.parse(line));
    return found.length === 0 ? undefined : found;
  } catch {
    // Not JSON, or nested so deeply that it cannot be parsed.
    return undefined;
  }
}
