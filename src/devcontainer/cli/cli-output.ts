import { plain, plainLines } from "../../system/text.ts";
import type { Json, JsonObject } from "../types.ts";

// The output of @devcontainers/cli: one JSON line with the result on stdout, and one event per line on stderr. Both can have other
// lines in between, for example stack traces, and all content may come from a repository or a container.

export interface CliEvent {
  /** `raw`: output of a program that it ran; `text`: its own messages; `other`: a line of stderr that is not an event, for example of a stack trace */
  type: "text" | "raw" | "start" | "stop" | "progress" | "other";
  text: string;
}

/** Returns the last line of stdout that is a result, or undefined if the program ended without one. */
export function parseResult(stdout: string): JsonObject | undefined {
  for (const line of stdout.split("\n").toReversed()) {
    const value = parseObject(line);
    if (typeof value?.["outcome"] === "string") return value;
  }
  return undefined;
}

/** Parses one line of the log. Returns undefined for an empty line. */
export function parseEvent(line: string): CliEvent | undefined {
  if (line.trim() === "") return undefined;
  const value = parseObject(line);
  const type = value?.["type"];
  if (type === "text" || type === "raw" || type === "start" || type === "stop") {
    return { type, text: asText(value?.["text"]) };
  }
  if (type === "progress")
    return { type, text: [asText(value?.["name"]), asText(value?.["stepDetail"])].filter(Boolean).join(" ") };
  return { type: "other", text: line };
}

/** Renders an event as lines of a log that people read. */
export function renderEvent(event: CliEvent): string[] {
  const lines = plainLines(event.text).filter((line) => line.trim() !== "");
  // stack traces of the CLI do not help the user
  if (event.type === "other") return lines.filter((line) => !/^\s+at /.test(line));
  if (event.type === "start") return lines.map((line) => `> ${line}`);
  return event.type === "stop" ? [] : lines;
}

const announced = [
  { pattern: /^Running the (\S+) from /, describe: (m: RegExpMatchArray) => `running ${m[1]}` },
  { pattern: /^Run: docker (?:buildx )?build /, describe: () => "building image" },
  { pattern: /^Run: docker run /, describe: () => "starting the container" },
  { pattern: /^Run: docker start /, describe: () => "starting the container" },
  { pattern: /^Run: docker pull (\S+)/, describe: (m: RegExpMatchArray) => `pulling ${m[1]}` },
  { pattern: /^Run: docker[- ]compose .* up /, describe: () => "starting the services" },
  { pattern: /^Run: docker[- ]compose .* build/, describe: () => "building the services" },
  { pattern: /^\* Fetching feature: (\S+)/, describe: (m: RegExpMatchArray) => `fetching feature ${m[1]}` },
  { pattern: /^Feature {7}: '?(.+?)'?$/, describe: (m: RegExpMatchArray) => `feature ${m[1]}` },
  { pattern: /^Step (\d+\/\d+) : (.+)$/, describe: (m: RegExpMatchArray) => `building image: step ${m[1]} ${m[2]}` },
  // BuildKit: `#7 [stage-name 5/12] RUN npm ci`; `[internal] …` is not a step of the Dockerfile
  {
    pattern: /^#\d+ \[(?:[^\]]* )?(\d+\/\d+)\] (.+)$/,
    describe: (m: RegExpMatchArray) => `building image: step ${m[1]} ${m[2]}`,
  },
];

/** Describes the current step in a few words, if the event has something that a waiting user wants to know. */
export function detailOf(event: CliEvent): string | undefined {
  if (event.type === "stop") return undefined;
  for (const line of plainLines(event.text).toReversed()) {
    for (const { pattern, describe } of announced) {
      const match = pattern.exec(line.trim());
      if (match) return shorten(plain(describe(match)).replace(/\s+/g, " "), 72);
    }
  }
  return undefined;
}

export function shorten(line: string, max = 120): string {
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

const noise = [
  /^\s+at /,
  /^\d+\.\d+\.\d+\S*$|^Docker version \d/,
  /^=+$|^-+$|^\s*Usage: {2}/,
  /^Unable to find image |^Digest: sha256:|^Status: |^Using default tag: |^Retrying \(Attempt|^\s*'$/,
  /^>/,
  /^Exit code \d/,
  /^Node\.js v/,
  /legacy builder is deprecated|Install the buildx component|docs\.docker\.com\/go\/buildx/,
  /^\s*---> ?(Using cache|Running in|[0-9a-f]{6,})?/,
  /^Removing intermediate container/,
  /^(?:Run|See) 'docker .*help'|docker: unknown command/,
  /^(?:Error: )?Command failed: /,
  /^Failed to fetch control manifest/,
  /^userEnvProbe|^(?:Probe|Container): +'|^Running \w+Command\.\.\.$/,
  /^Sending build context/,
  /An error occurred (building|setting up|starting)/,
];

/** Returns the last lines of a log that explain a failure. */
export function meaningfulLines(lines: readonly string[], count = 6): string[] {
  const kept = lines
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "" && !noise.some((pattern) => pattern.test(line)));
  const distinct = kept.filter((line, index) => line !== kept[index - 1]);
  return distinct.slice(-count).map((line) => shorten(line.trim(), 300));
}

function parseObject(line: string): JsonObject | undefined {
  const text = line.trim();
  if (!text.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
