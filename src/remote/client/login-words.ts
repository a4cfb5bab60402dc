/**
 * The lines about a login that hosts send in notes and states, from agent/claude/credentials.ts and auth/locks.ts. Only whole lines
 * match: any other text with the command is a name, a path or text of other programs, and stays unchanged.
 */
const whole = new RegExp(
  `^(?:${[
    "not logged in: run",
    "(?:/[^`]*(?: belongs to uid \\d+ and sessions, which run as uid \\d+, cannot read it: | holds no login that can be read: | is no regular file; remove it and )|the agent gave the login up \\(it was used elsewhere or revoked\\): |the login ended on \\d{4}-\\d\\d-\\d\\d: )log in again with",
    "a left-over lock \\([\\w.-]+\\) has been cleared: a session was killed while it renewed the login; should sessions ask to log in now:",
  ].join("|")}) \`cowork auth login\`$`,
);

/** Adds the host to the command of such a line. @param host sanitized */
export function loginWords(line: string, host: string): string {
  return whole.test(line) ? line.replace(/`cowork auth login`$/, () => `\`cowork --host ${host} auth login\``) : line;
}
