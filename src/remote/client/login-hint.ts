/**
 * The lines about a login that hosts send in notes and states, from agent/login-file.ts and auth/locks.ts. Only whole lines
 * match: any other text with the command is a name, a path or text of other programs, and stays unchanged.
 */
const whole = new RegExp(
  `^(?:${[
    "not logged in: run",
    "the agent is not logged in; on the host, run",
    "(?:/[^`]*(?: belongs to uid \\d+ and sessions, which run as uid \\d+, cannot read it: | contains no readable login: | is not a regular file; remove it and )|the login is no longer valid \\(it was used elsewhere or revoked\\): |the login expired on \\d{4}-\\d\\d-\\d\\d: )log in again with",
    "a stale lock \\([\\w.-]+\\) was removed: a session was killed while it renewed the login; if sessions now ask for a login, run",
  ].join("|")}) \`cowork auth login(?: --agent [a-z]{1,40})?\`$`,
);

/** Adds the host to the command of such a line. @param host sanitized */
export function addHostToLoginHint(line: string, host: string): string {
  return whole.test(line)
    ? line.replace(/`cowork (auth login[a-z -]*`)$/, (_, rest: string) => `\`cowork --host ${host} ${rest}`)
    : line;
}
