import type { Json } from "../types.ts";

/** `$NAME`, `${NAME…}` and `$$` as Compose reads them. */
const pattern = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)((?::?[-?+])[^}]*)?\})/g;

/** Names of the variables that Compose would put into these texts, keys excepted. */
export function variableNames(json: Json | undefined): Set<string> {
  const names = new Set<string>();
  const visit = (one: Json | undefined): void => {
    if (typeof one === "string") {
      for (const name of textVariables(one)) names.add(name);
    } else if (Array.isArray(one)) {
      one.forEach(visit);
    } else if (one !== null && typeof one === "object") {
      Object.values(one).forEach(visit);
    }
  };
  visit(json);
  return names;
}

/** Also those within defaults: `${A:-${B}}`. */
export function textVariables(text: string): string[] {
  return [...text.replaceAll("$$", "").matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
}

/** The text as Compose would read it, for paths that have to be found before Compose runs. Nested defaults are not resolved. */
export function interpolate(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(pattern, (whole, plainName?: string, name?: string, rest = "") => {
    if (whole === "$$") return "$";
    const value = values[plainName ?? name ?? ""];
    const [, operator = "", word = ""] = /^(:?[-?+])(.*)$/s.exec(rest) ?? [];
    const isSet = value !== undefined && (value !== "" || !operator.startsWith(":"));
    if (operator.endsWith("-")) return isSet ? value : word;
    if (operator.endsWith("+")) return isSet ? word : "";
    return value ?? "";
  });
}

/** The variables of a `.env` file: enough to find paths, Compose itself reads it again. */
export function parseDotEnv(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ""] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const [, quoted] = /^'([^']*)'|^"([^"]*)"/.exec(value) ?? [];
    values[name] = quoted ?? /^"([^"]*)"/.exec(value)?.[1] ?? value.replace(/\s+#.*$/, "");
  }
  return values;
}
