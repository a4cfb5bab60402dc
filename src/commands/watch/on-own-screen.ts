import { existsSync } from "node:fs";
import type { Command } from "../../app/watch/types.ts";
import { wordOf } from "../../app/watch/session-word.ts";
import { plain } from "../../system/text.ts";
import { readLine } from "../../ui/terminal/read-line.ts";
import type { App } from "../process/app.ts";
import { runOwn } from "../process/run-own.ts";

/** Runs a command as if the person had typed it. What it prints can be read before the list comes back. */
export async function onOwnScreen(app: App, effect: Command): Promise<void> {
  const words = wordsOf(effect);
  app.terminal.err(app.terminal.errStyle("dim", `cowork ${words.map(plain).join(" ")}`));
  const code = await runOwn(app, words, effect.do === "new" ? rootOf(effect.session) : undefined);
  // These are over when the person has left them.
  const isLeft = ["open", "new", "log"].includes(effect.do) && (code === 0 || code === 130);
  if (isLeft) return;
  await readLine(app.terminal, "  ⏎ back to the list ", app.caller.signal);
}

function wordsOf(effect: Command): string[] {
  switch (effect.do) {
    case "log":
      return ["logs", wordOf(effect.session), "--follow"];
    case "new": {
      const { name, task } = effect;
      return ["open", ...(name === "" ? [] : [name]), ...(task === "" ? [] : ["--", task])];
    }
    default:
      return [effect.do, wordOf(effect.session)];
  }
}

/** The project's folder, if it is on this machine: a session may be another machine's. */
function rootOf(session: { projectRoot: string } | undefined): string | undefined {
  const root = session?.projectRoot ?? "";
  return root !== "" && existsSync(root) ? root : undefined;
}
