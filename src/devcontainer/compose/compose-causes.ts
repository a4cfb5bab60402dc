/** Why Compose refused or failed, in its own words. */
export interface ComposeReason {
  why: string;
  hint?: string;
}

const version2 = {
  hint: "install Docker Compose v2 (package docker-compose-plugin or docker-compose-v2), then run the same command again",
};

/** What a service that did not start says: v1 with the service before it, v2 in its own words or the engine's. */
const startFailures = [
  /^ERROR: for \S+\s+(.+)$/,
  /^(dependency failed to start: .+)$/,
  /^(?:ERROR: )?(?:Error response from daemon: )(.+)$/,
];

/** v1: a heading, and the reasons below it. */
const headings =
  /^(?:ERROR: )?(?:The Compose file .* is invalid because:|Validation failed in file .*, reason\(s\):)\s*(.*)$/;

const noise =
  /^(?:For more on the Compose file format|For more information|You might be seeing this error because|Encountered errors while bringing up|time="[^"]*" level=warning|WARNING: |Creating |Starting |Recreating | ?Container \S+ +\w+|Network \S+ +\w+|\s*$)/;

/**
 * The reason in what Compose printed, v1 or v2: the first line that says why, not the last one.
 * @param lines free of control characters
 * @returns undefined where it printed nothing of the kind
 */
export function composeReason(lines: readonly string[]): ComposeReason | undefined {
  const said = lines.map((line) => line.trim()).filter((line) => line !== "");
  const at = said.findIndex((line) => headings.test(line));
  if (at !== -1) {
    const [, same = ""] = headings.exec(said[at] ?? "") ?? [];
    const reasons = [same, ...said.slice(at + 1)].filter((line) => line !== "" && !noise.test(line));
    return withVersion(reasons.slice(0, 3).join("; "));
  }
  const why =
    startReason(said) ??
    said.find((line) => line.startsWith("ERROR: ") && !noise.test(line.slice(7)))?.slice(7) ??
    said.find((line) => !noise.test(line));
  return why === undefined ? undefined : withVersion(why);
}

/** Why a service did not start, where a log of `up` shows it: the first one counts, the others often stand on it. */
export function startReason(lines: readonly string[]): string | undefined {
  for (const failure of startFailures) {
    for (const line of lines) {
      const [, why] = failure.exec(line.trim()) ?? [];
      if (why !== undefined) return why;
    }
  }
  return undefined;
}

function withVersion(why: string): ComposeReason {
  const needs =
    /'name' does not match any of the regexes|could not determine a constructor for the tag '!(?:reset|override)'|Additional properties are not allowed \('include'|Invalid top-level property "(?:name|include)"/;
  return needs.test(why) ? { why: `${why.replace(/[.]$/, "")} (it needs Docker Compose v2)`, ...version2 } : { why };
}
