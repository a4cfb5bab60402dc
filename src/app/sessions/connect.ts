import type { ConnectIo } from "../../session/session-host.ts";
import { prefetchFromEngine } from "./prefetch.ts";
import { hostOfOne } from "../hosts.ts";
import { readWord } from "../find/known-sessions.ts";
import { findOneSession } from "../find/one-session.ts";
import type { Scope } from "../scope.ts";

/** Options of `connect`. */
export interface ConnectOptions {
  /** command to run instead of a shell */
  command: readonly string[];
  /** false: a plain shell, which ends with the terminal */
  tmux: boolean;
}

/** Runs a shell or a command in a session, which is started if it is stopped. Returns the exit code. */
export async function connectSession(
  scope: Scope,
  word: string | undefined,
  wanted: ConnectOptions,
  io: ConnectIo,
): Promise<number> {
  if (word !== undefined) await prefetchFromEngine(scope, readWord(word).name);
  const { scope: its, selector } = await findOneSession(scope, word, "connect");
  const settings = await its.settings();
  const command = wanted.command.length > 0 ? [...wanted.command] : undefined;
  const request = {
    selector,
    settings,
    tmux: wanted.tmux && command === undefined && io.tty !== undefined,
    ...(command === undefined ? {} : { command }),
    ...(settings.connect === undefined ? {} : { connect: settings.connect }),
  };
  return await (await hostOfOne(its, selector)).connect(request, io);
}
