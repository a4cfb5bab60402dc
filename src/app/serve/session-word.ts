import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { readHosts } from "../../remote/hosts.ts";
import { plain } from "../../system/text.ts";
import { findSession, type Found } from "../find/find-sessions.ts";
import { readWord } from "../find/known-sessions.ts";
import { openHost } from "../hosts.ts";
import type { OneSession, SessionHost } from "../../session/session-host.ts";
import type { Scope } from "../scope.ts";

/**
 * Checks that a host is this machine or one that the user added. A name from a request must never make this machine connect
 * anywhere else.
 * @throws HOST_UNKNOWN
 */
export async function requireHost({ ctx }: Pick<Scope, "ctx">, host: string): Promise<void> {
  if (host === "local" || Object.hasOwn(await readHosts(ctx), host)) return;
  throw new CoworkError("HOST_UNKNOWN", `Unknown host ${plain(host)}.`, { hint: [ownCommand("host", "list")] });
}

function noSession(word: string, cause: unknown): CoworkError {
  return new CoworkError("SESSION_NOT_FOUND", `Session ${plain(word)} not found.`, {
    hint: "cowork list --all",
    cause,
  });
}

export interface FoundOnHost extends Found<OneSession> {
  host: SessionHost;
  hostName: string;
}

/**
 * Finds the session of an id as `{project}-{name}@{host}`, in any project; without `@host` on this machine. One that no project here
 * names, because it was made from another machine, is found by its id on its host.
 * @throws SESSION_NOT_FOUND, HOST_UNKNOWN
 */
export async function findById(scope: Scope, word: string, verb: string): Promise<FoundOnHost> {
  const { project, name, host = "local" } = readWord(word);
  if (project !== undefined) throw usageError(`${plain(word)} is not an id of a session.`, "cowork list --all --json");
  await requireHost(scope, host);
  const found = await findSession(scope, `${name}@${host}`, verb).catch((error: unknown): Found<OneSession> => {
    // The latter: this machine knows no session at all.
    const isUnlisted = error instanceof CoworkError && ["SESSION_NOT_FOUND", "NOT_A_PROJECT"].includes(error.code);
    if (!isUnlisted) throw error;
    if (host === "local") throw noSession(word, error);
    return { scope: scope.at(scope.folder, host), selector: { names: [name] } };
  });
  return { ...found, host: await openHost(found.scope, host), hostName: host };
}
