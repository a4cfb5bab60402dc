/**
 * What the host's part says of its login in notes and states, whole lines of ours (agent/claude/credentials.ts, auth/locks.ts). Any
 * other text that happens to hold the command is a name, a path, somebody's words, and stays as it is.
 */
const whole = new RegExp(
  `^(?:${[
    "not logged in: run",
    "(?:/[^`]*(?: belongs to uid \\d+ and sessions, which run as uid \\d+, cannot read it: | holds no login that can be read: | is no regular file; remove it and )|the agent gave the login up \\(it was used elsewhere or revoked\\): |the login ended on \\d{4}-\\d\\d-\\d\\d: )log in again with",
    "a left-over lock \\([\\w.-]+\\) has been cleared: a session was killed while it renewed the login; should sessions ask to log in now:",
  ].join("|")}) \`cowork auth login\`$`,
);

/** The line with the host in its command, where it is one of those. @param host harmless as text */
export function loginWords(line: string, host: string): string {
  return whole.test(line) ? line.replace(/`cowork auth login`$/, () => `\`cowork --host ${host} auth login\``) : line;
}
