import type { Json, JsonObject } from "../../contract/common.ts";
import { asList, asObject, asText } from "../input/json.ts";

/** Rules that are longer, or contain anything but visible characters of one line, are not offered: no one could check them. */
const readable = /^(?:(?!\p{DI})[\p{L}\p{N}\p{P}\p{S} ]){1,300}$/u;
const ruleForm = /^([A-Za-z]\w*)(?:\((.*)\))?$/u;
const maxRules = 5;

/**
 * The rules that "always" would add, as the agent writes them: those that it suggests itself, else one for exactly this call. The
 * suggestions of a change of mode or of further folders are left out.
 */
export function offeredRules(tool: string, input: JsonObject, suggestions: Json | undefined): string[] {
  const suggested = asList(suggestions).flatMap((one) => {
    const entry = asObject(one);
    if (entry?.["type"] !== "addRules" || entry["behavior"] !== "allow") return [];
    return asList(entry["rules"]).map(ruleText);
  });
  const exact = suggested.length === 0 ? exactRule(tool, input) : undefined;
  const all = exact === undefined ? suggested : [exact];
  const clear = all.every((rule) => rule !== undefined && readable.test(rule) && ruleForm.test(rule));
  return clear && all.length <= maxRules ? [...new Set(all.filter((rule) => rule !== undefined))] : [];
}

/** A rule in the form of an answer. */
export function ruleEntry(rule: string): JsonObject {
  const [, toolName = rule, ruleContent] = ruleForm.exec(rule) ?? [];
  return { toolName, ...(ruleContent === undefined ? {} : { ruleContent }) };
}

function ruleText(rule: Json): string | undefined {
  const toolName = asText(asObject(rule)?.["toolName"]);
  const content = asText(asObject(rule)?.["ruleContent"]);
  if (toolName === undefined) return undefined;
  return content === undefined ? toolName : `${toolName}(${content})`;
}

/** A command of plain words, so that no character has a meaning in a rule or in a shell. */
const plainCommand = /^[\w./@=,+-]+(?: [\w./@=,+-]+)*$/;
const plainPath = /^\/[\w./@+-]+$/;

function exactRule(tool: string, input: JsonObject): string | undefined {
  const text = (name: string): string => asText(input[name]) ?? "";
  if (tool === "Bash") return plainCommand.test(text("command")) ? `Bash(${text("command")})` : undefined;
  if (tool === "WebFetch")
    return URL.canParse(text("url")) ? `WebFetch(domain:${new URL(text("url")).hostname})` : undefined;
  if (tool === "Edit" || tool === "Write" || tool === "MultiEdit")
    return plainPath.test(text("file_path")) ? `Edit(/${text("file_path")})` : undefined;
  return tool.startsWith("mcp__") || tool === "WebSearch" ? tool : undefined;
}
