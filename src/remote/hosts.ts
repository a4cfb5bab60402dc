import { hostsFile, type Hosts } from "../contract/files.ts";
import { CoworkError } from "../errors.ts";
import { ownCommand, steps } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../system/files/files.ts";
import { withLock } from "../system/locks.ts";
import { plain } from "../system/text.ts";
import type { Target } from "./types.ts";

/** Hosts by name that the user has added or has created sessions on. Only these may be named in a repository's `.cowork.conf`. */
export type { Hosts };

type HostsContext = Pick<Context, "paths" | "clock" | "signal">;

/** @throws CONFIG_FILE_CORRUPT */
export async function readHosts(ctx: Pick<Context, "paths">): Promise<Hosts> {
  const file = ctx.paths.hosts;
  const text = await readTextFile(file, { maxBytes: 1024 * 1024 });
  if (text === undefined) return {};
  try {
    return hostsFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new CoworkError("CONFIG_FILE_CORRUPT", `${plain(file)} is damaged.`, {
      hint: steps`fix the file, or move it away and add your hosts again: ${ownCommand("host", "add")}`,
      cause,
    });
  }
}

/** Adds a host, or replaces the address of an existing one. */
export async function addHost(ctx: HostsContext, name: string, target: Target): Promise<void> {
  await change(ctx, (hosts) => ({ ...hosts, [name]: target }));
}

export async function removeHost(ctx: HostsContext, name: string): Promise<void> {
  await change(ctx, (hosts) => Object.fromEntries(Object.entries(hosts).filter(([key]) => key !== name)));
}

async function change(ctx: HostsContext, edit: (hosts: Hosts) => Hosts): Promise<void> {
  await ensureFolder(ctx.paths.home, { mode: 0o700 });
  await withLock(ctx, "hosts", {}, async () => {
    const text = `${JSON.stringify(edit(await readHosts(ctx)), null, 2)}\n`;
    await writeFileAtomic(ctx.paths.hosts, text, { mode: 0o600 });
  });
}
