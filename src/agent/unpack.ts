import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { CoworkError } from "../errors.ts";

/**
 * Takes one file out of an npm tarball; nothing else of it touches the disk.
 * @param member path inside the package, without npm's leading folder
 * @throws CoworkError AGENT_UNAVAILABLE when the package does not hold it
 */
export async function unpackMember(tarball: string, member: string, target: string): Promise<void> {
  const { extract } = await import("tar-stream");
  const { createGunzip } = await import("node:zlib");
  let found = false;
  const entries = extract();
  entries.on("entry", (header, stream, next) => {
    const name = header.name.split("/").slice(1).join("/");
    if (found || name !== member || header.type !== "file") {
      stream.on("end", next).resume();
      return;
    }
    found = true;
    pipeline(stream, createWriteStream(target, { flags: "wx", mode: 0o755 }))
      .then(() => next())
      .catch(next);
  });
  await pipeline(createReadStream(tarball), createGunzip(), entries);
  if (!found) throw new CoworkError("AGENT_UNAVAILABLE", `The package holds no file ${member}.`);
}
