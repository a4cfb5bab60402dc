import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { readRegularFile, writeFileAtomic } from "../../system/files/files.ts";

const maxBytes = 4 * 1024 * 1024;

/**
 * Copies the host keys that the user's ssh knows next to the agent's socket, with hashed names, and makes git's ssh read them:
 * an agent that pushes without a terminal cannot answer "are you sure?", and accepting any key would be worse. Repeated when
 * the user's file has changed.
 * @param inside the same folder as the container sees it
 */
export async function bringKnownHosts(ctx: Context, folder: string, inside: string): Promise<void> {
  const theirs = join(ctx.user.home, ".ssh", "known_hosts");
  const ours = join(folder, "known_hosts");
  const [before, now] = await Promise.all([changedAt(ours), changedAt(theirs)]);
  if (now !== undefined && (before === undefined || before < now)) {
    const bytes = await readRegularFile(theirs, { maxBytes });
    await writeFileAtomic(ours, bytes === undefined ? "" : await withHashedNames(ctx, folder, bytes), { mode: 0o644 });
  }
  const files = `/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2 ${inside}/known_hosts`;
  const command = `ssh -o 'GlobalKnownHostsFile ${files}'`;
  await writeFileAtomic(join(folder, "gitconfig"), `[core]\n\tsshCommand = "${command}"\n`, { mode: 0o644 });
}

async function changedAt(path: string): Promise<number | undefined> {
  return await lstat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** Hashed by OpenSSH. Where `ssh-keygen` is missing the names stay readable. */
async function withHashedNames(ctx: Context, folder: string, bytes: Uint8Array): Promise<Uint8Array> {
  const draft = join(folder, ".known_hosts.new");
  try {
    await writeFileAtomic(draft, bytes, { mode: 0o600 });
    const { code } = await ctx.run("ssh-keygen", ["-q", "-H", "-f", draft]);
    const hashed = await readRegularFile(draft, { maxBytes: 2 * maxBytes });
    return code === 0 && hashed !== undefined ? hashed : bytes;
  } catch (error) {
    ctx.log(`ssh-keygen: ${String(error)}`);
    return bytes;
  } finally {
    await rm(draft, { force: true });
    await rm(`${draft}.old`, { force: true });
  }
}
