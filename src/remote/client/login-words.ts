/**
 * What the host's part says of its login in notes and states, whole lines of ours (agent/claude/credentials.ts, auth/locks.ts). Any
 * other text that happens to hold the command is a name, a path, somebody's words, and stays as it is.
 */
const whole = new RegExp(
  `^(?:${[
    "not logged in: run",
    "(?:/[^`]*(?: belongs to uid \\d+ and sessions, which run as uid \\d+, cannot read it: | contains no readable login: | is not a regular file; remove it and )|the login is no longer valid \\(it was used elsewhere or revoked\\): |the login expired on \\d{4}-\\d\\d-\\d\\d: )log in again with",
    "a stale lock \\([\\w.-]+\\) was removed: a session was killed while it renewed the login; if sessions now ask for a login, run",
  ].join("|")}) \`cowork auth login\`$`,
);

/** The line with the host in its command, where it is one of those. @param host harmless as text */
export function loginWords(line: string, host: string): string {
  return whole.test(line) ? line.replace(/`cowork auth login`$/, () => `\`cowork --host ${host} auth login\``) : line;
}
