import { isDeepStrictEqual } from "node:util";
import { parse } from "jsonc-parser";

export type Settings = Record<string, unknown>;

/**
 * What stays behind of the user's own settings: whatever runs a program of the host, names one of its paths or carries
 * secrets. Inside a container it would fail at best.
 */
const stayBehind = [
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

/** The user's settings as sessions get them. What is no JSON object counts as none. */
export function filterSettings(text: string): Settings {
  const settings = asSettings(text);
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !stayBehind.includes(key)));
}

export function asSettings(text: string | undefined): Settings {
  const value: unknown = text === undefined ? undefined : parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Settings) : {};
}

/**
 * Brings the user's settings into a session's: what the user changed since the last time arrives, what was changed
 * inside the session stays.
 * @param last the user's settings as they were brought in the last time
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
