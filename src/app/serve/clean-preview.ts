import type { CleanOutcome } from "../../session/session-host.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { clean } from "../sessions/clean.ts";
import type { Scope } from "../scope.ts";
import { findById } from "./session-word.ts";

/**
 * What a clean would remove, and what would be lost; nothing is changed.
 * @param session `{id}@{host}`
 */
export async function cleanPreview(scope: Scope, session: string): Promise<CleanOutcome> {
  await findById(scope, session, "clean");
  const request = {
    words: [session],
    all: false,
    images: false,
    canAsk: false,
    force: false,
    dryRun: true,
    purge: false,
  };
  const [outcome] = (await clean(scope, request)).sessions ?? [];
  if (outcome !== undefined) return outcome;
  throw new CoworkError("SESSION_NOT_FOUND", `Session ${plain(session)} not found.`, { hint: "cowork list --all" });
}
