import { Writable } from "node:stream";
import type { LogsOptions } from "../../contract/remote/requests.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { findOneSession } from "../find/one-session.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { readRunWord } from "../work/list-runs.ts";

/** The most that is kept of a log as one text. */
const maxText = 16 * 1024 * 1024;

/** The end of a log as one text; `truncated`: its beginning is left out. @throws as `copyLogs` */
export async function readLogs(
  scope: Scope,
  word: string | undefined,
  setup: boolean,
): Promise<{ text: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let [size, truncated] = [0, false];
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      size += chunk.length;
      for (; size > maxText && chunks.length > 1; truncated = true) size -= chunks.shift()?.length ?? 0;
      done();
    },
  });
  await copyLogs(scope, word, { follow: false, setup }, out);
  return { text: Buffer.concat(chunks).toString("utf8"), truncated };
}

/**
 * Copies a log to `out`: what the agent of a session or of a run did, or with `setup` how the dev container started; with `follow` until
 * the context's signal is aborted, or the run has ended.
 * @param word a session, or a run such as `api:3`
 * @throws USAGE, SESSION_NOT_FOUND, RUN_NOT_FOUND
 */
export async function copyLogs(
  scope: Scope,
  word: string | undefined,
  { follow, setup }: { follow: boolean; setup: boolean },
  out: Writable,
): Promise<void> {
  const { session, n } = word === undefined ? { session: undefined, n: undefined } : readRunWord(word);
  if (setup && n !== undefined) {
    throw usageError("--setup is about a session, not about a run.", `cowork logs ${plain(session ?? "")} --setup`);
  }
  const { scope: its, selector } = await findOneSession(scope, session, "logs");
  const options: LogsOptions = {
    follow,
    ...(setup ? { show: "setup" } : n === undefined ? {} : { show: { run: n } }),
  };
  await (await hostOfOne(its, selector)).logs(selector, options, out);
}
