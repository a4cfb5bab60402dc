import { plain } from "../../system/text.ts";

/** The output of `ssh-config --write`. */
export function renderWritten(
  sessions: readonly { hosts: readonly string[] }[],
  written: { file: string; include: { file: string; added: boolean } },
): string {
  const { file, include } = written;
  const hosts = sessions.flatMap((session) => session.hosts.slice(0, 1));
  const line = include.added ? "now includes it in its first line" : "already includes it";
  return [
    `Wrote ${plain(file)}; ${plain(include.file)} ${line}.`,
    hosts.length === 0 ? "No sessions." : `SSH hosts: ${hosts.join(", ")}`,
  ].join("\n");
}
