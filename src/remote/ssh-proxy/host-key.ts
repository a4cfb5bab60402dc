import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { newKey } from "./new-key.ts";

export interface HostKey {
  /** in OpenSSH's form */
  privateKey: string;
  /** file that names the public one, under the name `cowork` */
  knownHosts: string;
}

/**
 * The key that sessions show to ssh: one for all of this home, made when it is first asked for. That ssh talks to cowork is
 * certain anyway (it started it); with a key that stays and a file that names it ssh asks nothing.
 * @throws PERMISSION_DENIED, DISK_FULL
 */
export async function hostKey(ctx: Pick<Context, "paths" | "clock" | "signal">): Promise<HostKey> {
  const knownHosts = join(ctx.paths.ssh, "known_hosts");
  const privateKey = await readKey(ctx);
  // Written after the key: where it is, all is there.
  if (privateKey !== undefined && (await readTextFile(knownHosts, { maxBytes })) !== undefined)
    return { privateKey, knownHosts };
  return await withLock(ctx, "ssh-host-key", { what: ctx.paths.ssh }, async () => {
    await ensureFolder(ctx.paths.ssh, { mode: 0o700 });
    const { default: ssh2 } = await import("ssh2");
    const key = (await readKey(ctx)) ?? newKey(ssh2);
    const parsed = ssh2.utils.parseKey(key);
    if (parsed instanceof Error) throw parsed;
    await writeFileAtomic(keyFile(ctx), key, { mode: 0o600 });
    const line = `cowork ${parsed.type} ${parsed.getPublicSSH().toString("base64")}\n`;
    await writeFileAtomic(knownHosts, line, { mode: 0o600 });
    return { privateKey: key, knownHosts };
  });
}

const maxBytes = 64 * 1024;

async function readKey(ctx: Pick<Context, "paths">): Promise<string | undefined> {
  return await readTextFile(keyFile(ctx), { maxBytes });
}

function keyFile(ctx: Pick<Context, "paths">): string {
  return join(ctx.paths.ssh, "host_key");
}
