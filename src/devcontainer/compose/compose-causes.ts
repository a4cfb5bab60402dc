/** The reason why Compose refused or failed, in its own words. */
export interface ComposeReason {
  why: string;
  hint?: string;
}

const version2 = {
  hint: "install Docker Compose v2 (package docker-compose-plugin or docker-compose-v2), then run the same command again",
};

/** What a service that did not start reports: v1 prints the service's name first, v2 its own message or the engine's. */
const startFailures = [
  /^ERROR: for \S+\s+(.+)$/,
  /^(dependency failed to start: .+)$/,
  /^(?:ERROR: )?(?:Error response from daemon: )(.+)$/,
];

/** v1 prints a heading, and the reasons in the lines below it. */
const headings =
  /^(?:ERROR: )?(?:The Compose file .* is invalid because:|Validation failed in file .*, reason\(s\):)\s*(.*)$/;

const noise =
  /^(?:For more on the Compose file format|For more information|You might be seeing this error because|Encountered errors while bringing up|time="[^"]*" level=warning|WARNING: |Creating |Starting |Recreating | ?Container \S+ +\w+|Network \S+ +\w+|\s*$)/;

/**
 * Finds the reason in what Compose printed, v1 or v2: the first line that gives one, not the last.
 * @param lines without control characters
 * @returns undefined if no line gives a reason
 */
export function composeReason(lines: readonly string[]): ComposeReason | undefined {
  const messages = lines.map((line) => line.trim()).filter((line) => line !== "");
  const at = messages.findIndex((line) => headings.test(line));
  if (at !== -1) {
    const [, same = ""] = headings.exec(messages[at] ?? "") ?? [];
    const reasons = [same, ...messages.slice(at + 1)].filter((line) => line !== "" && !noise.test(line));
    return withVersion(reasons.slice(0, 3).join("; "));
  }
  const why =
    startReason(messages) ??
    messages.find((line) => line.startsWith("ERROR: ") && !noise.test(line.slice(7)))?.slice(7) ??
    messages.find((line) => !noise.test(line));
  return why === undefined ? undefined : withVersion(why);
}

/** Finds the reason why a service did not start in a log of `up`. The first failure counts: the others are often caused by it. */
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
