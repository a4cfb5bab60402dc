import type { JsonObject } from "../../contract/common.ts";
import { maxDepth, maxRequestBytes } from "./limits.ts";

/** Parses a request; undefined if it is too large, nested too deeply, or not an object. Invalid UTF-8 becomes U+FFFD. */
export function parseRequest(bytes: Uint8Array): JsonObject | undefined {
  // The line end does not count.
  if (bytes.length > maxRequestBytes + 1) return undefined;
  const text = new TextDecoder().decode(bytes);
  if (depth(text) > maxDepth) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Nesting of brackets outside of strings. Checked before parsing, because writing a deeply nested value overflows the stack. */
function depth(text: string): number {
  let [now, most, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString && character === "\\") at += 1;
    else if (character === '"') inString = !inString;
    else if (!inString && (character === "[" || character === "{")) most = Math.max(most, (now += 1));
    else if (!inString && (character === "]" || character === "}")) now -= 1;
  }
  return most;
}
