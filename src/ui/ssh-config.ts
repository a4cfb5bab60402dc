import { plain } from "../system/text.ts";

/** What `ssh-config --write` did. */
export function renderWritten(
  sessions: readonly { hosts: readonly string[] }[],
  written: { file: string; include: { file: string; added: boolean } },
): string {
  const { file, include } = written;
  const hosts = sessions.flatMap((session) => session.hosts.slice(0, 1));
  const line = include.added ? "includes it now, in its first line" : "includes it already";
  return [
    `Wrote ${plain(file)}; ${plain(include.file)} ${line}.`,
    hosts.length === 0 ? "There is no session now." : `Hosts of ssh: ${hosts.join(", ")}`,
  ].join("\n");
}
