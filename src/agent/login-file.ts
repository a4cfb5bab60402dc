import { join } from "node:path";
import type { Context } from "../system/context.ts";
import { lookAtPath, readTextFile } from "../system/files/files.ts";
import { plain } from "../system/text.ts";
import { loginCommand } from "./login-command.ts";
import type { Login } from "./types.ts";

// What all agents say about a login in the vault. `remote/client/login-hint.ts` knows these lines.

const maxBytes = 256 * 1024;

/**
 * The content of a file with a login in the vault, or why there is none. Containers can write there, so no link is followed, and the
 * content is untrusted.
 */
export async function readLoginFile(
  ctx: Context,
  agent: string,
  name: string,
): Promise<{ text: string } | { login: Login }> {
  const vault = ctx.paths.vault(agent);
  const path = join(vault, name);
  const found = look(path);
  if (found === "closed")
    return unusable(`${vault} cannot be entered: chmod 700 ${vault}, or sudo chown -R $USER ${vault}`);
  if (found === undefined) return { login: { state: "none", detail: `not logged in: run \`${loginCommand(agent)}\`` } };
  if (!found.isFile()) return unusable(`${path} is not a regular file; remove it and ${logInAgain(agent)}`);
  const { sessionUid: uid } = ctx.user;
  if (found.uid !== uid) {
    return unusable(
      `${path} belongs to uid ${found.uid} and sessions, which run as uid ${uid}, cannot read it: ${logInAgain(agent)}`,
    );
  }
  if ((found.mode & 0o400) === 0) return unusable(`${path} cannot be read by its owner; run chmod 600 ${path}`);
  const text = await readTextFile(path, { maxBytes, root: vault }).catch(() => undefined);
  return { text: text ?? "" };
}

/** A program in any session can close the folder to everybody. */
function look(path: string): ReturnType<typeof lookAtPath> | "closed" {
  try {
    return lookAtPath(path);
  } catch {
    return "closed";
  }
}

/** The login of a file whose content is not one. */
export function noLoginIn(ctx: Context, agent: string, name: string): Login {
  return brokenLogin(`${join(ctx.paths.vault(agent), name)} contains no readable login: ${logInAgain(agent)}`);
}

/** @param end when it expired; undefined: it was spent or revoked */
export function endedLogin(agent: string, end?: Date): Login {
  const why =
    end === undefined
      ? "the login is no longer valid (it was used elsewhere or revoked)"
      : `the login expired on ${end.toISOString().slice(0, 10)}`;
  return brokenLogin(`${why}: ${logInAgain(agent)}`);
}

export function brokenLogin(detail: string): Login {
  return { state: "broken", detail: plain(detail) };
}

function unusable(detail: string): { login: Login } {
  return { login: brokenLogin(detail) };
}

function logInAgain(agent: string): string {
  return `log in again with \`${loginCommand(agent)}\``;
}
