import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { checkConfig } from "./check-config.ts";
import { isObject } from "./json.ts";
import type { ConfigSource, Json, JsonObject } from "../types.ts";

/**
 * Reads a devcontainer.json: JSON with comments and trailing commas. Keeps properties that cowork does not know.
 * @throws DEVCONTAINER_INVALID with line and column, or with the property that has the wrong type
 */
export async function readConfig(source: ConfigSource, path: string): Promise<{ config: JsonObject; text: string }> {
  const bytes = await source.read(path);
  if (bytes === undefined) throw invalid(path, "it is not a regular file");
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, "");
  const config = parseJsonc(text, path);
  checkConfig(config, path);
  return { config: withTexts(config), text };
}

/** Turns numbers and booleans in build arguments and variables into texts, as @devcontainers/cli does. */
function withTexts(config: JsonObject): JsonObject {
  const { build, containerEnv, remoteEnv } = config;
  return {
    ...config,
    ...(isObject(build) && isObject(build["args"]) ? { build: { ...build, args: asTexts(build["args"]) } } : {}),
    ...(isObject(containerEnv) ? { containerEnv: asTexts(containerEnv) } : {}),
    // Here null removes a variable.
    ...(isObject(remoteEnv) ? { remoteEnv: asTexts(remoteEnv, (value) => value !== null) } : {}),
  };
}

/** checkConfig has accepted only texts, numbers, booleans and null. */
function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function asTexts(values: JsonObject, isText: (value: Json) => boolean = () => true): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isText(value) ? textOf(value) : value]),
  );
}

export function parseJsonc(text: string, path: string): JsonObject {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const { line, column } = position(text, error.offset);
    throw invalid(`${path}:${line}:${column}`, readable(printParseErrorCode(error.error)));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(path, "it must be a JSON object");
  }
  return value as JsonObject;
}

function invalid(path: string, why: string): CoworkError {
  return new CoworkError("DEVCONTAINER_INVALID", `${plain(path)} cannot be used: ${why}.`);
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** `CloseBraceExpected` → `close brace expected` */
function readable(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
