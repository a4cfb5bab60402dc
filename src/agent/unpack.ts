import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { CoworkError } from "../errors.ts";

/**
 * Extracts one file from an npm tarball; nothing else of it is written to disk.
 * @param member path inside the package, without npm's leading folder
 * @throws CoworkError AGENT_UNAVAILABLE if the package does not contain it
 */
export async function unpackMember(tarball: string, member: string, target: string): Promise<void> {
  const { extract } = await import("tar-stream");
  const { createGunzip } = await import("node:zlib");
  const entries = extract();
  const unpack = async (): Promise<boolean> => {
    let found = false;
    for await (const entry of entries) {
      const name = entry.header.name.split("/").slice(1).join("/");
      const wanted: boolean = !found && name === member && entry.header.type === "file";
      if (wanted) await pipeline(entry, createWriteStream(target, { flags: "wx", mode: 0o755 }));
      else entry.resume();
      found ||= wanted;
    }
    return found;
  };
  const [found] = await Promise.all([unpack(), pipeline(createReadStream(tarball), createGunzip(), entries)]);
  if (!found) throw new CoworkError("AGENT_UNAVAILABLE", `The package does not contain the file ${member}.`);
}
