import { isDeepStrictEqual } from "node:util";
import { parse } from "jsonc-parser";
import type { PermissionRules } from "../../contract/work/rules.ts";

export type Settings = Record<string, unknown>;

/**
 * The user's settings that sessions do not get: those that run a program of the host, contain one of its paths, or contain
 * secrets. Inside a container they would only fail.
 */
const leftOut = [
  "env",
  "hooks",
  "apiKeyHelper",
  "awsAuthRefresh",
  "awsCredentialExport",
  "gcpAuthRefresh",
  "otelHeadersHelper",
  "proxyAuthHelper",
  "statusLine",
  "subagentStatusLine",
  "fileSuggestion",
  "forceLoginMethod",
  "forceLoginOrgUUID",
];

/** The user's settings for sessions. Text that is not a JSON object counts as no settings. */
export function filterSettings(text: string): Settings {
  const settings = asSettings(text);
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !leftOut.includes(key)));
}

export function asSettings(text: string | undefined): Settings {
  const value: unknown = text === undefined ? undefined : parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Settings) : {};
}

/** The permission rules among settings; undefined if there are none. What has another form is left out. */
export function rulesIn(settings: Settings): PermissionRules | undefined {
  const { permissions } = settings;
  if (typeof permissions !== "object" || permissions === null) return undefined;
  const its = permissions as Record<string, unknown>;
  const list = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
  const rules = { allow: list(its.allow), deny: list(its.deny), ask: list(its.ask) };
  const { defaultMode } = its;
  if (typeof defaultMode === "string") return { ...rules, defaultMode };
  return Object.values(rules).every(({ length }) => length === 0) ? undefined : rules;
}

/**
 * Merges the user's settings into a session's: what the user changed since the last time is applied, what was changed inside the
 * session stays.
 * @param last the user's settings when they were last merged
 */
export function mergeSettings(session: Settings, last: Settings, own: Settings): Settings {
  const merged = { ...session };
  for (const key of new Set([...Object.keys(last), ...Object.keys(own)])) {
    const changedInside = !isDeepStrictEqual(session[key], last[key]);
    if (changedInside && session[key] !== undefined) continue;
    if (own[key] === undefined) delete merged[key];
    else if (!changedInside || last[key] === undefined) merged[key] = own[key];
  }
  return merged;
}
