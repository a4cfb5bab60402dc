import type { OpenedSession } from "../../app/work/open-session.ts";
import { plain } from "../../system/text.ts";
import type { App } from "../process/app.ts";

/** Says what became of a session whose agent was on this terminal. @returns the exit code */
export function tellOpened({ terminal }: App, { target, isOpen, code }: OpenedSession): number {
  const name = plain(target.name);
  if (isOpen) terminal.err(`The agent in ${name} goes on.\n  Next: cowork open ${name}`);
  else terminal.err(`The agent in ${name} has ended.\n  Next: cowork diff ${name}\n        cowork pull ${name}`);
  return code;
}

/**
 * `--rm`: deletes the session if the agent has ended and no work would be lost; otherwise says what is left.
 * @param stopProgress called before the result is shown
 * @returns the exit code
 */
export async function cleanOpened(app: App, opened: OpenedSession, stopProgress: () => void): Promise<number> {
  const { terminal } = app;
  const { target, isOpen, code } = opened;
  const name = plain(target.name);
  if (isOpen) {
    terminal.err(`The agent in ${name} goes on, so ${name} is kept.\n  Next: cowork open ${name} --rm`);
    return code;
  }
  const [{ clean }, { showCleaned }] = await Promise.all([
    import("../../app/sessions/clean.ts"),
    import("../../ui/sessions/cleaned.ts"),
  ]);
  const wanted = { words: [target.name], all: false, images: false, force: false, dryRun: false, purge: false };
  const { sessions = [], images } = await clean(target.scope, { ...wanted, canAsk: false });
  stopProgress();
  showCleaned(terminal, sessions, { images, dryRun: false });
  if (sessions.some(({ ok }) => !ok)) terminal.err(`${name} is kept.`);
  return code;
}
