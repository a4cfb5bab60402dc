import { PassThrough, Readable } from "node:stream";
import type { GitInside } from "../../clone/types.ts";
import type { MergeRequest } from "../../contract/merging/merge.ts";
import { CoworkError, fromView } from "../../errors.ts";
import type { MergeState } from "../../merging/queue/state-file.ts";
import type { OneSession, SessionHost } from "../../session/session-host.ts";
import { findSession } from "../find/find-sessions.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";

/** A session that one merge has for itself: its tests run there, and its agent is neutral. */
export interface MergeSession {
  /** Makes it, unless it is there. */
  ready(): Promise<{ host: SessionHost; selector: OneSession; scope: Scope }>;
  withClone<T>(work: (inside: GitInside) => Promise<T>): Promise<T>;
  run(test: string): Promise<{ code: number; output: string }>;
  /** Removes it, if there is one: everything in it comes from the sessions that were merged. */
  remove(): Promise<void>;
}

/** What is kept of the tests' output, in bytes: its end. */
const maxOutput = 256 * 1024;
/** As the program `timeout` exits. */
const tookTooLong = 124;

export function mergeSession(scope: Scope, state: MergeState, { into }: Pick<MergeRequest, "into">): MergeSession {
  const name = `merge-${state.view.id}`;
  let made: ReturnType<MergeSession["ready"]> | undefined;
  const make = async (): ReturnType<MergeSession["ready"]> => {
    // On record first: whatever happens next, the next merge finds it.
    await state.update({ session: name });
    const found = await findSession(scope, name, "merge");
    if (!(await exists(found))) await create(found.scope, name, into);
    const again = await findSession(scope, name, "merge");
    return { ...again, host: await hostOfOne(again.scope, again.selector) };
  };
  const ready: MergeSession["ready"] = async () => await (made ??= make());
  return {
    ready,
    withClone: async (work) => {
      const { host, selector } = await ready();
      const clone = await host.openClone(selector);
      try {
        return await work(clone.inside);
      } finally {
        await clone.close();
      }
    },
    run: async (test) => {
      const { host, selector, scope: its } = await ready();
      return await runTests(its, { host, selector }, test);
    },
    remove: async () => {
      if (state.view.session === undefined) return;
      const { clean } = await import("../sessions/clean.ts");
      const options = { all: false, images: false, purge: false, force: true, dryRun: false, canAsk: false };
      const { sessions = [] } = await clean(scope, { ...options, words: [name] });
      const failed = sessions.find(({ ok }) => !ok)?.error;
      if (failed !== undefined && failed.code !== "SESSION_NOT_FOUND") throw fromView(failed);
      const { session: _, ...view } = state.view;
      await state.replace(view);
    },
  };
}

async function exists({ scope, selector }: { scope: Scope; selector: OneSession }): Promise<boolean> {
  try {
    const [view] = await (await hostOfOne(scope, selector)).list(selector);
    return view?.state === "running" || view?.state === "stopped";
  } catch (error) {
    if (error instanceof CoworkError && error.code === "SESSION_NOT_FOUND") return false;
    throw error;
  }
}

async function create(scope: Scope, name: string, into: string): Promise<void> {
  const { initSessions } = await import("../sessions/init.ts");
  const failed = (
    await initSessions(scope, {
      names: [name],
      from: `refs/heads/${into}`,
      branch: undefined,
      config: undefined,
      baseImage: undefined,
      noStart: false,
      carry: false,
    })
  ).find(({ ok }) => !ok);
  if (failed?.error !== undefined) throw fromView(failed.error);
}

async function runTests(
  scope: Scope,
  { host, selector }: { host: SessionHost; selector: OneSession },
  test: string,
): Promise<{ code: number; output: string }> {
  const settings = await scope.settings();
  const stream = new PassThrough();
  const output = tailOf(stream);
  const time = settings.timeoutMs === 0 ? undefined : AbortSignal.timeout(settings.timeoutMs);
  const io = {
    stdin: Readable.from([]),
    stdout: stream,
    stderr: stream,
    ...(time === undefined ? {} : { signal: time }),
  };
  try {
    const code = await host.connect({ selector, settings, command: ["/bin/sh", "-c", test], tmux: false }, io);
    return { code, output: output() };
  } catch (error) {
    if (time?.aborted !== true || scope.ctx.signal.aborted) throw error;
    return { code: tookTooLong, output: `${output()}\nThe tests took longer than TIMEOUT allows.\n` };
  }
}

function tailOf(stream: PassThrough): () => string {
  let chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < 2 * maxOutput) return;
    chunks = [Buffer.concat(chunks).subarray(-maxOutput)];
    bytes = maxOutput;
  });
  return () => Buffer.concat(chunks).subarray(-maxOutput).toString("utf8");
}
