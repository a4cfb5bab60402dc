import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { newKey } from "./new-key.ts";

export interface HostKey {
  /** in OpenSSH's form */
  privateKey: string;
  /** known_hosts file with the public key, under the name `cowork` */
  knownHosts: string;
}

/**
 * The host key of all sessions of this home, created at first use. It does not add security, because ssh itself started cowork; a
 * stable key in a known_hosts file avoids ssh's question.
 * @throws PERMISSION_DENIED, DISK_FULL
 */
export async function hostKey(ctx: Pick<Context, "paths" | "clock" | "signal">): Promise<HostKey> {
  const knownHosts = join(ctx.paths.ssh, "known_hosts");
  const privateKey = await readKey(ctx);
  // known_hosts is written after the key, so if it exists, the key does, too.
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
