import { symlink, rm, mkdir, rename } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { writeFileAtomic } from "../../system/files/files.ts";

/** The author of commits made inside; left out if the project does not set it. */
export interface GitIdentity {
  name?: string | undefined;
  email?: string | undefined;
}

/**
 * Writes the small folder that a session's container sees read-only at /opt/cowork/session, for what the shared image cannot
 * contain. Each entry is written under a temporary name and swapped in, so that a running container never sees half of one.
 *
 * - `workspace`: link to the workspace folder; `/workspaces/{root folder's name}` in the image leads here
 * - `gitconfig`: included by the image's system configuration, so it has the lowest precedence and anything the project or the
 *   agent sets wins. `safe.directory` because clone and user may have different uids if the remote user is root.
 * - `session.json`: what programs of cowork inside must know, in one line
 */
export async function writeContainerFolder(
  ctx: Context,
  session: { id: string; name: string; project: string },
  inside: { workspaceFolder: string; git: GitIdentity },
): Promise<void> {
  const folder = ctx.paths.container(session.id);
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await replaceLink(inside.workspaceFolder, join(folder, "workspace"));
  await writeFileAtomic(join(folder, "gitconfig"), gitConfig(inside.git), { mode: 0o644 });
  const facts = { id: session.id, name: session.name, project: session.project, host: hostname(), uid, gid };
  await writeFileAtomic(join(folder, "session.json"), `${JSON.stringify(facts)}\n`, { mode: 0o644 });
}

async function replaceLink(target: string, path: string): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}

/** Git's own quoting: backslash, quote and newline escaped inside double quotes. */
export function gitConfig(identity: GitIdentity): string {
  const quoted = (value: string): string =>
    `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  const lines = ["[safe]", "\tdirectory = *"];
  const entries = Object.entries(identity).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (entries.length > 0) lines.push("[user]", ...entries.map(([key, value]) => `\t${key} = ${quoted(value)}`));
  // `connect` puts it there while SSH_AGENT is on; git ignores a missing file.
  lines.push("[include]", "\tpath = /opt/cowork/session/ssh-agent/gitconfig");
  return `${lines.join("\n")}\n`;
}
