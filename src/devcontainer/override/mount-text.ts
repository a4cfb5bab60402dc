import type { Json, JsonObject } from "../types.ts";

/**
 * The fields of a mount, as docker's `--mount` and @devcontainers/cli read them. Names are lower-case, and aliases are resolved.
 */
export interface MountFields {
  type: string;
  source: string;
  target: string;
  /** all other fields, unchanged; a field without `=` has an empty value */
  rest: Map<string, string>;
}

const aliases: Readonly<Record<string, string>> = {
  src: "source",
  dst: "target",
  destination: "target",
  ro: "readonly",
};

/**
 * Parses `type=bind,source=…,target=…`. Returns undefined if docker (CSV, the last of two equal fields wins) and @devcontainers/cli
 * (splits at every comma) could read it differently: quotes, repeated fields, control characters.
 */
export function parseMount(text: string): MountFields | undefined {
  if (/["\p{Cc}]/u.test(text)) return undefined;
  const rest = new Map<string, string>();
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    const given = (equals === -1 ? part : part.slice(0, equals)).toLowerCase();
    const name = Object.hasOwn(aliases, given) ? (aliases[given] ?? given) : given;
    if (rest.has(name)) return undefined;
    rest.set(name, equals === -1 ? "" : part.slice(equals + 1));
  }
  const take = (name: string): string => {
    const found = rest.get(name) ?? "";
    rest.delete(name);
    return found;
  };
  return { type: take("type").toLowerCase() || "volume", source: take("source"), target: take("target"), rest };
}

/**
 * Renders an object of `mounts` as @devcontainers/cli passes it to docker: without quotes, so that it is judged as what it becomes.
 */
export function mountText(mount: Json | undefined): string {
  if (typeof mount === "string") return mount;
  const { type, source, target } = (mount ?? {}) as JsonObject;
  return [
    ...(type === undefined ? [] : [`type=${textOf(type)}`]),
    ...(source === undefined ? [] : [`source=${textOf(source)}`]),
    `target=${textOf(target)}`,
  ].join(",");
}

function textOf(json: Json | undefined): string {
  return typeof json === "string" ? json : JSON.stringify(json ?? null);
}

/** @param quote quotes a field that only docker reads; by default commas end fields */
export function renderMount(
  { type, source, target, rest }: MountFields,
  quote = (field: string): string => field,
): string {
  const fields = [`type=${type}`, ...(source === "" ? [] : [`source=${source}`]), `target=${target}`];
  for (const [name, value] of rest) fields.push(value === "" && name !== "consistency" ? name : `${name}=${value}`);
  return fields.map(quote).join(",");
}

/** Quotes one field of `--mount` for docker if the path has characters that CSV would split. */
export function quoteField(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
