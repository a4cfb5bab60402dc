import { roles, type Role } from "../../../../src/contract/http/route.ts";
import { apiBase } from "../../../../src/contract/http/routes.ts";
import type { Route } from "../../../../src/server/routes/table.ts";
import { samplesOf } from "../../sample-of.ts";

/** Words that mean something to the server under test, such as ids of its sessions and projects. */
export interface Known {
  sessions: readonly string[];
  projects: readonly string[];
}

/** A request of a route, valid in its form or nearly so. */
export interface Planned {
  route: Route;
  role: Role | "none";
  method: string;
  /** with the query, as it is sent */
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface Chance {
  random: () => number;
  pick: <T>(values: readonly T[]) => T;
}

/** A part of file names that nothing else has: no file may get it. */
export const canary = "canary-e81c";

const words = [
  "1",
  "0",
  "true",
  "app-a@local",
  "q7f@local",
  "0".repeat(16),
  "../../" + canary,
  `/tmp/${canary}`,
  `..%2f${canary}`,
  "%00",
  "-oProxyCommand=x",
  "a".repeat(5_000),
  "\u202e\u0000\u{1f600}",
  "__proto__",
  "",
];

export function planRequest(routes: readonly Route[], known: Known, chance: Chance): Planned {
  const { random, pick } = chance;
  const route = pick(routes);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => paramOf(name, known, chance));
  const body = route.input === undefined && random() < 0.9 ? undefined : bodyOf(route, known, chance);
  const type = random() < 0.95 ? "application/json" : pick(["text/plain", "multipart/form-data", "application/json;x"]);
  return {
    route,
    role: pick(["none", ...roles] as const),
    method: random() < 0.97 ? route.method : pick(["PUT", "OPTIONS", "HEAD", "PATCH", "DELETE", "POST"]),
    target: `${apiBase}${path}${queryOf(route, known, chance)}`,
    headers: body === undefined ? strange(chance) : { ...strange(chance), "Content-Type": type },
    body,
  };
}

function paramOf(name: string, { sessions }: Known, { random, pick }: Chance): string {
  if (name === "session" && random() < 0.6) return encodeURIComponent(pick(sessions));
  if (name === "run" && random() < 0.5) return pick(["1", "2", "99"]);
  const word = pick(words);
  return random() < 0.9 ? encodeURIComponent(word) || "x" : word.replaceAll(/[^!-~]/g, "x") || "x";
}

function queryOf({ query }: Route, { sessions, projects }: Known, { random, pick }: Chance): string {
  const fields = Object.keys((query?.def as { shape?: object } | undefined)?.shape ?? {});
  // A look at the containers of all sessions takes long, and is no more than that of one.
  const chosen = fields.filter((field) => random() < 0.3 && field !== "detail" && field !== "look");
  if (random() < 0.05) chosen.push("unknown");
  const values = [...words, ...sessions, ...projects, "true", "false", "stopped", "running"];
  const pairs = chosen.map(
    (field) => `${field}=${encodeURIComponent(pick(values).replaceAll(/[\ud800-\udfff]/g, ""))}`,
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function bodyOf({ input }: Route, known: Known, chance: Chance): string {
  const { random, pick } = chance;
  if (random() < 0.03) return pick(["", "{", "null", "[[[[", '"', "\u0000", "1e999", '{"__proto__":{"role":"full"}}']);
  if (random() < 0.02) return `{"text":"${"x".repeat(300_000)}"}`;
  if (random() < 0.02) return `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
  const value = input === undefined ? {} : pick(samplesOf(input));
  return JSON.stringify(mutated(value, known, chance, 0));
}

/** The value with some fields left out, of another type, or with another text. */
function mutated(value: unknown, known: Known, chance: Chance, depth: number): unknown {
  const { random, pick } = chance;
  if (random() < 0.08) return pick([null, true, -1, 1e308, "", [], {}, "x".repeat(2_000), ...words]);
  if (typeof value === "string" && random() < 0.3) return pick([...words, ...known.sessions, ...known.projects]);
  if (Array.isArray(value)) return value.map((one) => mutated(one, known, chance, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(() => random() > 0.15);
  if (random() < 0.1) entries.push([pick(["extra", "__proto__", "constructor"]), depth]);
  return Object.fromEntries(entries.map(([key, inner]) => [key, mutated(inner, known, chance, depth + 1)]));
}

function strange({ random, pick }: Chance): Record<string, string> {
  if (random() < 0.85) return {};
  return pick([
    { Origin: "http://evil.test" },
    { Origin: "null" },
    { "Sec-Fetch-Site": "cross-site" },
    { "X-Forwarded-For": "10.0.0.1" },
    { "X-HTTP-Method-Override": "DELETE" },
    { "Last-Event-ID": pick(["-1", "0", "x:1", "\u00ff", "0".repeat(16) + ":999999999999999"]) },
    { "Idempotency-Key": pick(["a", "../" + canary, "k".repeat(500)]) },
    { "Transfer-Encoding": "chunked" },
    { "Accept-Encoding": "br, gzip" },
  ]);
}
