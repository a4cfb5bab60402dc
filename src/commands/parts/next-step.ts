import { withNearSession } from "../../app/find/near-session.ts";
import { CoworkError } from "../../errors.ts";
import type { App } from "../process/app.ts";
import type { Command } from "../line/command.ts";
import { nextFrom } from "./next-from.ts";

/** Adds a suggestion for a mistyped session name, and `cd` for a session of another folder's project. */
export async function withNextStep(
  error: unknown,
  { app, command, args }: { app: App; command: Command; args: readonly string[] },
): Promise<unknown> {
  if (!(error instanceof CoworkError)) return error;
  const [first] = command.positionals;
  if (error.code !== "SESSION_NOT_FOUND" || first?.complete !== "session") return nextFrom(app.visited(), error);
  const words = first.many === true ? args : args.slice(0, 1);
  const near = await withNearSession(await app.scope(), error, { verb: command.name, words });
  return nextFrom(app.visited(), near);
}
