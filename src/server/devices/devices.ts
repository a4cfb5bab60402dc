import { randomBytes } from "node:crypto";
import type { Device } from "../../contract/http/auth.ts";
import { devicesFile, type StoredDevice } from "../../contract/http/files.ts";
import type { Role } from "../../contract/http/route.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import type { Door } from "../door/names.ts";
import { sha256 } from "../../system/sha256.ts";

/** A device that came through the proxy and was not used for so long is forgotten. */
const keepMs = 30 * 24 * 3600_000;
/** How often the time of the last use is written down. */
const writeMs = 60_000;
const maxDevices = 200;

export interface Devices {
  /** Makes a token, which is shown once and kept only as its hash. */
  add(device: { role: Role; name: string; door: Door }): Promise<{ device: StoredDevice; token: string }>;
  /** The device of a token; undefined if there is none, or if the token was made at the other door. */
  find(token: string, door: Door): StoredDevice | undefined;
  list(): StoredDevice[];
  /** false: no such device */
  revoke(id: string): Promise<boolean>;
  /** Calls back when the device is revoked. Returns a function that ends this. */
  onRevoked(id: string, end: () => void): () => void;
  /** Writes what is not on disk yet. */
  flush(): Promise<void>;
}

type DeviceContext = Pick<Context, "paths" | "clock">;

/**
 * The devices that signed in, in `devices.json`. A token of plain http belongs to this process (`boot`) and dies with it: the file
 * then only tells which devices there were. A file that cannot be read has no devices: everybody signs in again.
 */
export async function openDevices(ctx: DeviceContext, boot: string): Promise<Devices> {
  const now = (): number => ctx.clock.now().getTime();
  const stored = await readStored(ctx);
  const isAlive = (one: StoredDevice): boolean =>
    one.boot === undefined ? Date.parse(one.lastUsedAt ?? one.createdAt) > now() - keepMs : one.boot === boot;
  const devices = new Map(stored.filter(isAlive).map((one) => [one.tokenHash, one]));
  const listeners = new Map<string, Set<() => void>>();
  let writtenAt = now();
  let isChanged = devices.size !== stored.length;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    writtenAt = now();
    isChanged = false;
    const text = `${JSON.stringify({ version: 1, devices: [...devices.values()] }, null, 1)}\n`;
    return (writing = writing
      .catch(() => undefined)
      .then(async () => await writeFileAtomic(ctx.paths.devices, text, { mode: 0o600 })));
  };
  const revoke = async (one: StoredDevice): Promise<void> => {
    devices.delete(one.tokenHash);
    for (const end of listeners.get(one.id) ?? []) end();
    listeners.delete(one.id);
    await write();
  };
  return {
    add: async ({ role, name, door }) => {
      const oldest = [...devices.values()].toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))[0];
      if (devices.size >= maxDevices && oldest !== undefined) await revoke(oldest);
      const token = `cowork_${randomBytes(32).toString("base64url")}`;
      const device: StoredDevice = {
        id: randomBytes(6).toString("hex"),
        name,
        role,
        createdAt: ctx.clock.now().toISOString(),
        tokenHash: sha256(token),
        ...(door === "public" ? {} : { boot }),
      };
      devices.set(device.tokenHash, device);
      await write();
      return { device, token };
    },
    find: (token, door) => {
      // How long a look-up by the hash takes tells nothing of a token.
      const found = devices.get(sha256(token));
      if (found === undefined) return undefined;
      if ((found.boot === undefined) !== (door === "public") || !isAlive(found)) return undefined;
      found.lastUsedAt = ctx.clock.now().toISOString();
      isChanged = true;
      if (now() - writtenAt > writeMs) void write().catch(() => undefined);
      return found;
    },
    list: () => [...devices.values()],
    revoke: async (id) => {
      const found = [...devices.values()].find((one) => one.id === id);
      if (found === undefined) return false;
      await revoke(found);
      return true;
    },
    onRevoked: (id, end) => {
      const ends = listeners.get(id) ?? new Set();
      listeners.set(id, ends.add(end));
      return () => void ends.delete(end);
    },
    flush: async () => {
      if (isChanged) await write();
      await writing.catch(() => undefined);
    },
  };
}

export function deviceView(one: StoredDevice, current: string | undefined): Device {
  const { id, name, role, createdAt, lastUsedAt, boot } = one;
  const used = lastUsedAt === undefined ? {} : { lastUsedAt };
  return { id, name, role, createdAt, ...used, lasting: boot === undefined, current: id === current };
}

async function readStored({ paths }: DeviceContext): Promise<StoredDevice[]> {
  try {
    const text = await readTextFile(paths.devices, { maxBytes: 1024 * 1024 });
    return text === undefined ? [] : devicesFile.parse(JSON.parse(text)).devices;
  } catch {
    return [];
  }
}
