import { styleText } from "node:util";

export type Tone = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "inverse";

/** Adds a tone to text, or returns it unchanged without colour. Colour must never be the only carrier of a meaning. */
export type Style = (tone: Tone, text: string) => string;

export function createStyle(colour: boolean): Style {
  if (!colour) return (_tone, text) => text;
  return (tone, text) => (text === "" ? "" : styleText(tone, text, { validateStream: false }));
}

/** Precedence: `--no-color`, NO_COLOR, FORCE_COLOR, whether the stream is a terminal (https://no-color.org, Node's FORCE_COLOR). */
export function wantsColour(options: {
  isTerminal: boolean;
  env: Readonly<Record<string, string | undefined>>;
  noColour: boolean;
}): boolean {
  const { env } = options;
  if (options.noColour || (env["NO_COLOR"] ?? "") !== "") return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  return options.isTerminal && env["TERM"] !== "dumb";
}
