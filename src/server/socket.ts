import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import type { Server } from "node:http";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { plain } from "../system/text.ts";

/** A path of a unix socket has no more bytes than this on any system. */
const maxPath = 103;

/** The folder of the server's socket: only the user can enter it, whatever the umask. @throws PERMISSION_DENIED */
export function ownFolder({ paths, user }: Pick<Context, "paths" | "user">): void {
  const { serveFolder } = paths;
  try {
    mkdirSync(paths.home, { recursive: true, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw inTheWay(paths.home, "is not a folder");
  }
  try {
    mkdirSync(serveFolder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const found = lstatSync(serveFolder);
  if (!found.isDirectory()) throw inTheWay(serveFolder, "is not a folder");
  if (found.uid !== user.uid) throw inTheWay(serveFolder, "belongs to another user");
  chmodSync(serveFolder, 0o700);
}

/** Whether a server answers on the socket. */
export async function isAnswering(path: string): Promise<boolean> {
  return await new Promise((done) => {
    const socket = connect(path);
    const end = (isThere: boolean): void => {
      socket.destroy();
      done(isThere);
    };
    // One that is too busy to answer is there.
    socket.setTimeout(2_000, () => end(true));
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/**
 * Listens on the unix socket. One that a crashed server left is replaced; the caller holds the lock of the only server.
 * @throws PERMISSION_DENIED if something else is in its place, or if its path is too long
 */
export async function listenOnSocket(door: Server, { paths, user }: Pick<Context, "paths" | "user">): Promise<void> {
  const path = paths.serveSocket;
  if (Buffer.byteLength(path) > maxPath)
    throw inTheWay(path, `is longer than ${maxPath} bytes, which no socket can have`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && (!found.isSocket() || found.uid !== user.uid))
    throw inTheWay(path, "is not the server's socket");
  if (found !== undefined) unlinkSync(path);
  await new Promise<void>((done, fail) => {
    door.once("error", fail);
    door.listen(path, () => {
      door.off("error", fail);
      done();
    });
  });
  chmodSync(path, 0o600);
}

function inTheWay(path: string, why: string): CoworkError {
  return new CoworkError("PERMISSION_DENIED", `The server cannot use ${plain(path)}: it ${why}.`, {
    hint: "move it away, or set COWORK_HOME to another folder",
  });
}
