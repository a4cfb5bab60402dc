import type { HookReport } from "../../agent/at-work.ts";
import { jsonObject, parseJson, type JsonObject } from "../../contract/common.ts";

/** Largest report, with the line of its event. The hook's script cuts longer ones. */
export const maxReport = 64 * 1024 + 64;
/** Deeper JSON is not used: what walks through it later could fail. */
const maxDepth = 50;

const eventName = /^[A-Za-z]{2,40}$/;

/** The event that the name of a report's file says: `12345.67-890.PreToolUse`. Undefined: the hook's script made no such file. */
export function eventOf(name: string): string | undefined {
  const [, event = ""] = /^\d{1,12}(?:\.\d{1,3})?-\d{1,10}\.(\w+)$/.exec(name) ?? [];
  return eventName.test(event) ? event : undefined;
}

/**
 * A report from a file's content: the event in the first line, then what the hook received. Of JSON that was cut, the complete
 * properties are used.
 * @param event as the file's name says; absent: as the first line says
 * @returns undefined if the event is not known
 */
export function parseReport(bytes: Uint8Array, at: number, event?: string): HookReport | undefined {
  const text = new TextDecoder().decode(bytes);
  const end = text.indexOf("\n");
  const first = end < 0 ? text : text.slice(0, end);
  const name = event ?? (eventName.test(first) ? first : undefined);
  if (name === undefined) return undefined;
  return { event: name, at, input: end < 0 ? undefined : parseInput(text.slice(end + 1)) };
}

function parseInput(text: string): JsonObject | undefined {
  const { deepest, complete } = measure(text);
  if (deepest > maxDepth) return undefined;
  return parseObject(text) ?? (complete === undefined ? undefined : parseObject(`${text.slice(0, complete)}}`));
}

function parseObject(text: string): JsonObject | undefined {
  return jsonObject.safeParse(parseJson(text)).data;
}

/** @returns the greatest depth, and where the last complete property of the outermost object ends */
function measure(text: string): { deepest: number; complete: number | undefined } {
  let depth = 0;
  let deepest = 0;
  let complete: number | undefined;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") deepest = Math.max(deepest, (depth += 1));
    else if (char === "}" || char === "]") depth -= 1;
    else if (char === "," && depth === 1) complete = at;
  }
  return { deepest, complete };
}
