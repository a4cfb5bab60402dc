import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { controlOffers } from "../../contract/offers.ts";
import { hostCalls } from "../../contract/rpc.ts";
import { CoworkError } from "../../errors.ts";
import { runJob } from "../../jobs/run-job.ts";
import type { SessionHost } from "../../session/session-host.ts";
import type { ProjectClient } from "../../session/project-client.ts";
import type { Context } from "../../system/context.ts";
import { createLines } from "../rpc/lines.ts";
import { offer, readArguments } from "../rpc/offer.ts";
import { createPeer, type Offered, type Peer } from "../rpc/peer.ts";
import { createStreams } from "../rpc/streams.ts";
import { offerClones } from "./clones.ts";
import { countCalls } from "./count-calls.ts";
import { listenerOver } from "./job-listener.ts";
import { callHost, hostMethod } from "./plain-calls.ts";
import { createRemoteUser } from "./remote-user.ts";
import { offerStore } from "./store-offers.ts";
import { offerStreamed } from "./streamed.ts";

export interface Served {
  ctx: Context;
  makeHost: (ctx: Context, user: ProjectClient) => SessionHost;
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
    call: async (method: unknown, args: unknown) => await callHost(host, method, args),
    ...offer(controlOffers, {
      job: async (options) => {
        // What cannot be understood is said at once, and is no job that fails.
        if (options.args !== undefined) readArguments(hostCalls, hostMethod(options.method), options.args);
        return await runJob(
          { ...ctx, signal: jobSignal },
          listenerOver(getPeer(), options.ticket),
          options,
          left.signal,
        );
      },
      now: () => ctx.clock.now().getTime(),
      alive: () => undefined,
      cancel: () => cancelled.abort(new CoworkError("INTERRUPTED", "Interrupted.")),
    }),
    ...offerStore(ctx, streams),
  };
  const { counted, idle } = countCalls(offered);
  const peer = createPeer(lines, counted, () => gone);
  await lines.ended;
  clearTimeout(silence);
  // What is under way hears that nobody is there any more, and ends in order: this process ends with this function.
  await Promise.race([idle(), sleep(endMs, undefined, { ref: false })]);
  await clones.closeAll();
}
