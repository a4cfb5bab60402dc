import { runFlags } from "./run-flags.ts";

export interface RunArg {
  /** long name without dashes */
  name: string;
  /** undefined for a boolean without `=` */
  value: string | undefined;
}

/** Options that were written together: `-itv a:b` is one group of three. */
export interface RunArgGroup {
  raw: string[];
  args: RunArg[];
}

export interface ParsedRunArgs {
  groups: RunArgGroup[];
  /** the words from the first unknown option on: their meaning is not known */
  rest: string[];
}

/**
 * Parses `runArgs` as the docker client does (pflag): `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, and
 * combined letters. Parsing ends at an unknown option, at `--`, and at a word that docker would read as the image.
 */
export function parseRunArgs(words: readonly string[]): ParsedRunArgs {
  const groups: RunArgGroup[] = [];
  let at = 0;
  while (at < words.length) {
    const group = readGroup(words, at);
    if (group === undefined) break;
    groups.push(group);
    at += group.raw.length;
  }
  return { groups, rest: words.slice(at) };
}

function readGroup(words: readonly string[], at: number): RunArgGroup | undefined {
  const word = words[at] ?? "";
  if (word.startsWith("--")) return readLong(word, words[at + 1]);
  return word.startsWith("-") && word.length > 1 ? readShort(word, words[at + 1]) : undefined;
}

function readLong(word: string, next: string | undefined): RunArgGroup | undefined {
  const equals = word.indexOf("=");
  const name = word.slice(2, equals === -1 ? undefined : equals);
  const flag = Object.hasOwn(runFlags, name) ? runFlags[name] : undefined;
  if (flag === undefined) return undefined;
  if (equals !== -1) return { raw: [word], args: [{ name, value: word.slice(equals + 1) }] };
  if (!flag.takesValue) return { raw: [word], args: [{ name, value: undefined }] };
  return next === undefined ? undefined : { raw: [word, next], args: [{ name, value: next }] };
}

function readShort(word: string, next: string | undefined): RunArgGroup | undefined {
  const args: RunArg[] = [];
  for (let at = 1; at < word.length; at++) {
    const name = longName(word.charAt(at));
    if (name === undefined) return undefined;
    const rest = word.slice(at + 1);
    if (rest.startsWith("=")) return { raw: [word], args: [...args, { name, value: rest.slice(1) }] };
    if (runFlags[name]?.takesValue !== true) {
      args.push({ name, value: undefined });
      continue;
    }
    if (rest !== "") return { raw: [word], args: [...args, { name, value: rest }] };
    return next === undefined ? undefined : { raw: [word, next], args: [...args, { name, value: next }] };
  }
  return { raw: [word], args };
}

function longName(letter: string): string | undefined {
  return Object.entries(runFlags).find(([, flag]) => flag.short === letter)?.[0];
}

/** Renders the option as one word with the same meaning. */
export function renderRunArg({ name, value }: RunArg): string {
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}

/** A boolean that is set to false requests nothing. */
export function isOff({ name, value }: RunArg): boolean {
  return runFlags[name]?.takesValue === false && value !== undefined && /^(0|[fF]|false|FALSE|False)$/.test(value);
}
