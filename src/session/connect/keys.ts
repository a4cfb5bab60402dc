/** What was typed into a terminal since the last Enter. */
export interface Typed {
  /** characters that the agent's input may hold; at least: keys such as the arrows recall older text */
  count: number;
  /** the start of an escape sequence whose rest has not arrived */
  rest: string;
  /** the last key */
  last: string;
}

export const nothingTyped: Typed = { count: 0, rest: "", last: "" };

/** Keys and what they do to the text: Enter sends it, Ctrl-C and Ctrl-U delete it, backspace deletes one character. */
const [interrupt, enter, deleteLine, backspace, newLine] = ["\u0003", "\r", "\u0015", "\u007F", "\n"];

/** One whole sequence: pasted text, a function key or a report of the terminal, Alt with a key, or one character. */
const sequence =
  // oxlint-disable-next-line no-control-regex -- keys are control characters
  /\u001B\[200~([^]*?)\u001B\[201~|\u001B(?:\[(?!200~)[0-?]*[ -/]*[@-~]|O[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[PX^_][^\u001B]*\u001B\\|[^[\]OPX^_\u001B])|[^\u001B]/guy;

/** Arrows up and down recall earlier prompts. */
// oxlint-disable-next-line no-control-regex -- as above
const recalls = /^\u001B(?:\[|O)[AB]$/u;

/**
 * Follows the keys that go to an agent, to know whether someone has typed something that was not sent: such a text must not become
 * part of another prompt. In doubt it counts as typed.
 */
export function followKeys(before: Typed, chunk: string): Typed {
  const text = before.rest + chunk;
  let { count, last } = before;
  let end = 0;
  for (const [keys, pasted] of text.matchAll(sequence)) {
    end += keys.length;
    if (pasted !== undefined) count += pasted.length;
    else if (recalls.test(keys)) count += 1;
    else if (keys === enter) count = last === "\\" ? count + 1 : 0;
    else if (keys === interrupt || keys === deleteLine) count = 0;
    else if (keys === backspace) count = Math.max(0, count - 1);
    else if (keys === newLine || keys === "\t" || keys === "\u001B\r" || keys >= " ") count += isAltKey(keys) ? 0 : 1;
    last = keys;
  }
  const rest = text.slice(end);
  // A lone Esc, and a paste that has not ended: more of it may follow.
  if (rest.startsWith("\u001B[200~")) return { count: count + 1, rest: rest.length > maxRest ? "" : rest, last };
  return { count, rest: rest.length > maxSequence ? "" : rest, last };
}

/** characters of a paste, and of another sequence, that are kept until their end arrives */
const maxRest = 1024 * 1024;
const maxSequence = 4096;

function isAltKey(keys: string): boolean {
  return keys.length > 1 && keys.startsWith("\u001B") && keys !== "\u001B\r";
}
