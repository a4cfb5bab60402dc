import { createHash } from "node:crypto";
import { chmod, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { fetchTarball, findTarball } from "../../agent/npm/download.ts";
import { readNpmConfig } from "../../agent/npm/config.ts";
import { unpackMember } from "../../agent/npm/unpack.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { processorOf } from "../../system/processor.ts";
import { plain } from "../../system/text.ts";
import type { Need } from "./script.ts";

/** The version of Node to copy to hosts without Node: the one that cowork is built and tested with (package.json). */
export const carriedNode = "24.21.0";

/** This cowork as one file, and its hash. */
export interface Program {
  file: string;
  hash: string;
}

export interface Parcel {
  name: "program" | "node";
  /** gzip */
  packed: Buffer;
  /** hash of the unpacked content, in hex */
  sha256: string;
}

export async function programParcel({ file }: Program): Promise<Parcel> {
  return await pack("program", file);
}

/** @throws HOST_ANSWER_INVALID for a kind of machine without a Node, AGENT_UNAVAILABLE if the registry does not answer */
export async function nodeParcel(ctx: Context, need: Need, note: (detail: string) => void): Promise<Parcel> {
  const kind = kindOf(need);
  const file = join(ctx.paths.lib, "remote", `node-${carriedNode}-${kind}`);
  await withLock(ctx, `node-${kind}`, { waitMs: 15 * 60_000 }, async () => {
    if (await pathExists(file)) return;
    note(`downloading Node ${carriedNode} for ${kind}`);
    await ensureFolder(join(ctx.paths.lib, "remote"), { mode: 0o700 });
    const npm = await readNpmConfig(ctx);
    const tarball = await findTarball(npm, { name: `node-${kind}`, version: carriedNode });
    await fetchTarball(ctx, npm, tarball, `${file}.tgz`, () => undefined);
    await rm(`${file}.part`, { force: true });
    await unpackMember(`${file}.tgz`, "bin/node", `${file}.part`);
    await chmod(`${file}.part`, 0o755);
    await rename(`${file}.part`, file);
    await rm(`${file}.tgz`, { force: true });
  });
  note(`sending Node ${carriedNode} (${kind})`);
  return await pack("node", file);
}

function kindOf({ system, machine, libc }: Need): string {
  const processor = processorOf(machine);
  if (system === "Linux" && libc === "" && processor !== undefined) return `linux-${processor}`;
  throw new CoworkError(
    "HOST_ANSWER_INVALID",
    `cowork cannot install Node on this kind of machine: ${plain(`${system} ${machine} ${libc}`)}.`,
    {
      hint: "install Node 22.18 or newer on the host, then run the same command again",
    },
  );
}

async function pack(name: Parcel["name"], file: string): Promise<Parcel> {
  const content = await readFile(file);
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { name, sha256, packed: await promisify(gzip)(content, { level: 6 }) };
}
