import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { CoworkError } from "../../errors.ts";
import type { ConnectIo, ConnectRequest, HostPart } from "../../session/host-part.ts";
import type { Selector } from "../../session/types.ts";
import type { UserSide } from "../../session/user-side.ts";
import type { Context } from "../../system/context.ts";
import { createLines } from "../seam/lines.ts";
import { createPeer, type Offered, type Peer } from "../seam/peer.ts";
import { createStreams, type Streams } from "../seam/streams.ts";
import { streamOf } from "../seam/stream-numbers.ts";
import { takeCarried } from "./carried.ts";
import { offerClones } from "./clones.ts";
import { runJob, type JobWish } from "./jobs.ts";
import { callHost } from "./plain-calls.ts";
import { createRemoteUser } from "./remote-user.ts";
import { findLackingLfs, takeLfs } from "./store-lfs.ts";
import { findLacking, type StoredIdentity, takeBundle, type Upload, uploadedBytes } from "./store.ts";

export interface Served {
  ctx: Context;
  makeHost: (ctx: Context, user: UserSide) => HostPart;
  input: Readable;
  output: Writable;
  /** nothing heard for so long: whoever was there is gone without a word */
  silenceMs?: number;
}

/** Six times the beat of the other side (user/link.ts). */
const defaultSilenceMs = 90_000;
const endMs = 10_000;

/** The host's part behind a pair of streams, for one command of a user elsewhere. Resolves when that user is gone. */
export async function serveHost(served: Served): Promise<void> {
  const { ctx: base, makeHost, input, output, silenceMs = defaultSilenceMs } = served;
  const lines = createLines(input, output);
  const silence = setTimeout(() => {
    base.log(`nothing was heard for ${silenceMs / 1000} s`);
    lines.close();
  }, silenceMs);
  input.on("data", () => silence.refresh());
  const cancelled = new AbortController();
  const left = new AbortController();
  // Made last, since it is made with all that is offered; nothing asks it before.
  const getPeer = (): Peer => peer;
  const gone = new CoworkError("INTERRUPTED", "The other side is gone.");
  void lines.ended.then(() => left.abort(gone));
  const signal = AbortSignal.any([base.signal, cancelled.signal, left.signal]);
  const ctx: Context = {
    ...base,
    signal,
    report: (event) => void getPeer().tell("report", event, false),
    ask: async (question) => (await getPeer().call("ask", question)) === true,
  };
  const host = makeHost(ctx, createRemoteUser(getPeer));
  const streams = createStreams(getPeer, lines.ended);
  const clones = offerClones(ctx, host, streams);
  // A job goes on when its front is left: only Ctrl-C, and the end of this machine, are meant for it.
  const jobSignal = AbortSignal.any([base.signal, cancelled.signal]);
  const offered: Offered = {
    ...streams.offered,
    ...clones.offered,
    ...offerStreamed(host, streams, signal),
    call: async (method: string, args: unknown[]) => await callHost(host, method, args),
    job: async (wish: JobWish) => await runJob({ ...ctx, signal: jobSignal }, getPeer(), wish, left.signal),
    now: () => ctx.clock.now().getTime(),
    alive: () => undefined,
    cancel: () => cancelled.abort(new CoworkError("INTERRUPTED", "Interrupted.")),
    storeLacks: async (project: StoredIdentity, oids: string[]) => ({
      ...(await findLacking(ctx, project, oids)),
      gitDir: ctx.paths.store(project.name),
    }),
    storeHas: async (project: StoredIdentity, id: string) => await uploadedBytes(ctx, project, id),
    storeTake: async (project: StoredIdentity, upload: Upload, stream: number) =>
      await takeBundle(ctx, project, upload, streams.take(stream)),
    lfsLacks: async (project: StoredIdentity, oids: string[]) => await findLackingLfs(ctx, project, oids),
    lfsTake: async (project: StoredIdentity, oids: string[], stream: number) =>
      await takeLfs(ctx, project, oids, streams.take(stream)),
    carriedTake: async (id: string, stream: number) => await takeCarried(ctx, id, streams.take(stream)),
  };
  const { counted, idle } = countCalls(offered);
  const peer = createPeer(lines, counted, () => gone);
  await lines.ended;
  clearTimeout(silence);
  // What is under way hears that nobody is there any more, and ends in order: this process ends with this function.
  await Promise.race([idle(), sleep(endMs, undefined, { ref: false })]);
  await clones.closeAll();
}

/** The same functions, and a way to wait until none of them runs. */
function countCalls(offered: Offered): { counted: Offered; idle: () => Promise<unknown> } {
  const running = new Set<Promise<unknown>>();
  const count =
    (work: Offered[string]): Offered[string] =>
    async (...args) => {
      const done = Promise.resolve(work(...args));
      running.add(done);
      try {
        return await done;
      } finally {
        running.delete(done);
      }
    };
  const counted = Object.fromEntries(Object.entries(offered).map(([name, work]) => [name, count(work)]));
  return { counted, idle: async () => await Promise.allSettled(running) };
}

/** What has a terminal or a stream of its own beside the call. */
function offerStreamed(host: HostPart, streams: Streams, signal: AbortSignal): Offered {
  const outs = (): { out: Writable; done: () => Promise<void> } => streams.give(streamOf.stdout);
  return {
    connect: async (request: ConnectRequest) => {
      const [stdout, stderr] = [outs(), streams.give(streamOf.stderr)];
      const io: ConnectIo = { stdin: streams.take(streamOf.stdin), stdout: stdout.out, stderr: stderr.out, signal };
      try {
        return await host.connect(request, io);
      } finally {
        streams.drop(streamOf.stdin);
        await Promise.all([stdout.done(), stderr.done()]);
      }
    },
    logs: async (selector: Selector & { names: [string] }, options: { follow: boolean }) => {
      const { out, done } = outs();
      try {
        await host.logs(selector, options, out);
      } finally {
        await done();
      }
    },
  };
}
