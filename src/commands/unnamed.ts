import { CoworkError } from "../errors.ts";
import { sessionAt } from "../project/find-place.ts";
import type { OneSession } from "../session/host-part.ts";
import { nameKey } from "../session/names.ts";
import { plain } from "../system/text.ts";
import type { App } from "./app.ts";
import type { Command } from "./command.ts";
import { fullName, knownSessions, type KnownSession } from "./known-sessions.ts";
import { at, rootHere, sessionOf, type Meant } from "./meant.ts";
import { usageError } from "./usage.ts";

/** The session that a command for one session means. @throws as `sessionOf`; USAGE, INTERRUPTED where none is named */
export async function oneSessionOf(app: App, word: string | undefined, command: Command): Promise<Meant<OneSession>> {
  return word === undefined ? await unnamedSession(app, command) : await sessionOf(app, word, command);
}

/**
 * The session that a command for one session means when none is named: the one whose clone it was called in; a project's only one,
 * which is said; else a person is asked.
 * @throws USAGE where nobody can be asked, INTERRUPTED
 */
async function unnamedSession(app: App, command: Command): Promise<Meant<OneSession>> {
  const [ctx, here] = [await app.context(), await rootHere(app)];
  const known = (await knownSessions(ctx, here)).filter(
    ({ host, error }) => error === undefined && (app.globals.host === undefined || app.globals.host === host),
  );
  const inside = sessionAt(ctx.paths, app.caller.cwd());
  const own = known.find(({ id, host }) => id === inside && host === "local");
  if (own !== undefined) return await at(app, own, here);
  const candidates = here === undefined ? known : await ofProject(app, known);
  const [only, ...more] = candidates;
  if (here !== undefined && only !== undefined && more.length === 0) {
    app.terminal.err(`note: ${plain(only.name)} is the only session of ${plain(only.project)}`);
    return await at(app, only, here);
  }
  const labelOf = (one: KnownSession): string => plain(here === undefined ? fullName(one) : one.name);
  if (only === undefined || app.globals.json || !app.terminal.canAsk)
    throw nothingNamed(command, candidates.map(labelOf));
  const { askChoice } = await import("../ui/questions.ts");
  const chosen = await askChoice(
    app.terminal,
    {
      text: "Which session?",
      choices: candidates.map((one) => ({ value: one, label: labelOf(one) })),
    },
    ctx.signal,
  );
  if (chosen === undefined) throw new CoworkError("INTERRUPTED", "No session was chosen.");
  return await at(app, chosen, here);
}

/** Those of the project that the command was called in, each name once. */
async function ofProject(app: App, known: readonly KnownSession[]): Promise<KnownSession[]> {
  const { name, tree } = await app.place();
  const ours = known.filter((one) => one.project === name && one.root === tree.root);
  return [...new Map(ours.map((one) => [nameKey(one.name), one])).values()];
}

function nothingNamed(command: Command, names: readonly string[]): CoworkError {
  const [first] = names;
  const which =
    first === undefined ? "" : ` There are ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}.`;
  const next = first === undefined ? "cowork init <name>, in a project" : `cowork ${command.name} ${first}`;
  return usageError(`cowork ${command.name} needs a session.${which}`, next);
}
