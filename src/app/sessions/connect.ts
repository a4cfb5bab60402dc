import type { Writable } from "node:stream";
import type { ConnectIo } from "../../session/session-host.ts";
import { prefetchFromEngine } from "./prefetch.ts";
import { hostOfOne } from "../hosts.ts";
import { readWord } from "../find/known-sessions.ts";
import { findOneSession } from "../find/one-session.ts";
import type { Scope } from "../scope.ts";

/** How somebody wants to be in a session. */
export interface ConnectOptions {
  /** instead of a shell */
  command: readonly string[];
  /** false: a plain shell, that ends with the terminal */
  tmux: boolean;
}

/** A shell or a command inside; starts the session if it is stopped. Gives the exit code. */
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

/** How the session's dev container came up; with `follow` until the context's signal fires. */
export async function copyLogs(
  scope: Scope,
  word: string | undefined,
  options: { follow: boolean },
  out: Writable,
): Promise<void> {
  const { scope: its, selector } = await findOneSession(scope, word, "logs");
  await (await hostOfOne(its, selector)).logs(selector, options, out);
}
