import type { AppParts } from "../process/app-parts.ts";
import type { Caller } from "../process/caller.ts";
import { createApp } from "../process/create-app.ts";
import { plain } from "../../system/text.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import { commands } from "../registry.ts";
import type { GlobalValues } from "./command.ts";
import { parseLine } from "./parse.ts";

export interface Place {
  caller: Caller;
  terminal: Terminal;
  parts: AppParts;
}

interface Found {
  isSession: boolean;
  /** name of the session that was most likely meant */
  near?: string | undefined;
}

/** Finds nothing on any error: the line is then parsed as it is, which reports the error. */
export async function findSession(
  line: readonly string[],
  word: string,
  { caller, terminal, parts }: Place,
): Promise<Found> {
  const app = createApp(caller, terminal, globalsOf(line), parts);
  try {
    const { findWord } = await import("../../app/find/near-session.ts");
    const { isSession, near } = await findWord(await app.scope(), word);
    return { isSession, near: near === undefined ? undefined : plain(near) };
  } catch {
    return { isSession: false };
  } finally {
    app.stop();
  }
}

function globalsOf(line: readonly string[]): GlobalValues {
  try {
    return parseLine(line, commands).globals;
  } catch {
    return noGlobals;
  }
}

const noGlobals: GlobalValues = { host: undefined, json: false, verbose: false, "no-color": false, help: false };
