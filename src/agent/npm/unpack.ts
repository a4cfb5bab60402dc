import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

/** More than any agent has by far: a tarball with more is not what it says. */
export const unpackLimits = { files: 20_000, bytes: 4 * 1024 ** 3 };

/**
 * Extracts one file from an npm tarball; nothing else of it is written to disk.
 * @param member path inside the package, without npm's leading folder
 * @throws CoworkError AGENT_UNAVAILABLE if the package does not contain it
 */
export async function unpackMember(tarball: string, member: string, target: string): Promise<void> {
  let found = false;
  await eachFile(tarball, unpackLimits, (name) => {
    if (found || name !== member) return Promise.resolve(undefined);
    found = true;
    return Promise.resolve({ path: target, mode: 0o755 });
  });
  if (!found) throw unusable(`does not contain the file ${plain(member)}`);
}

/**
 * Extracts files and folders of an npm tarball in their places, readable for every user; nothing else of it is written to disk. Only
 * regular files are taken: no link can lead elsewhere.
 * @param keep paths inside the package; a folder means everything below
 * @param folder an existing, empty folder
 * @throws CoworkError AGENT_UNAVAILABLE if the package does not contain one of them, or too much
 */
export async function unpackMembers(
  tarball: string,
  keep: readonly string[],
  folder: string,
  limits: typeof unpackLimits = unpackLimits,
): Promise<void> {
  const found = new Set<string>();
  const folders = new Set([""]);
  const files = new Set<string>();
  await eachFile(tarball, limits, async (name, mode) => {
    const wanted = keep.find((one) => name === one || name.startsWith(`${one}/`));
    if (wanted === undefined || files.has(name)) return undefined;
    const parts = name.split("/");
    if (parts.some((part) => ["", ".", ".."].includes(part))) throw unusable(`contains the path ${plain(name)}`);
    for (let depth = 1; depth < parts.length; depth += 1) {
      const path = parts.slice(0, depth).join("/");
      if (folders.has(path)) continue;
      folders.add(path);
      await mkdir(join(folder, path));
      await chmod(join(folder, path), 0o755);
    }
    found.add(wanted);
    files.add(name);
    return { path: join(folder, name), mode: (mode & 0o111) === 0 ? 0o644 : 0o755 };
  });
  const missing = keep.find((one) => !found.has(one));
  if (missing !== undefined) throw unusable(`does not contain ${plain(missing)}`);
}

/** @param place where a file goes; undefined: nowhere */
async function eachFile(
  tarball: string,
  limits: typeof unpackLimits,
  place: (name: string, mode: number) => Promise<{ path: string; mode: number } | undefined>,
): Promise<void> {
  const { extract } = await import("tar-stream");
  const { createGunzip } = await import("node:zlib");
  const entries = extract();
  const left = { ...limits };
  const unpack = async (): Promise<void> => {
    for await (const entry of entries) {
      const { name, type, size, mode } = entry.header;
      left.files -= 1;
      left.bytes -= size;
      if (left.files < 0 || left.bytes < 0) throw unusable("contains more than cowork unpacks");
      const target = type === "file" ? await place(name.split("/").slice(1).join("/"), mode) : undefined;
      if (target === undefined) entry.resume();
      else {
        await pipeline(entry, createWriteStream(target.path, { flags: "wx", mode: 0o700 }));
        // Independent of the umask.
        await chmod(target.path, target.mode);
      }
    }
  };
  const ends = await Promise.allSettled([unpack(), pipeline(createReadStream(tarball), createGunzip(), entries)]);
  // The first one's reason: when it fails, the other one is cut off.
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

function unusable(why: string): CoworkError {
  return new CoworkError("AGENT_UNAVAILABLE", `The package ${why}.`);
}
