import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { controlOffers } from "../../contract/remote/offers.ts";
import { hostCalls } from "../../contract/remote/rpc.ts";
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
import { createRemoteClient } from "./remote-client.ts";
import { offerStore } from "./store-offers.ts";
import { offerStreamed } from "./streamed.ts";

export interface Served {
  ctx: Context;
  makeHost: (ctx: Context, user: ProjectClient) => SessionHost;
  input: Readable;
  output: Writable;
  /** after this time without data the client counts as gone */
  silenceMs?: number;
}

/** Six heartbeats of the client (client/link.ts). */
const defaultSilenceMs = 90_000;
const endMs = 10_000;

/** Serves one command of a client on another machine over a pair of streams. Resolves when the client is gone. */
export async function serveHost(served: Served): Promise<void> {
  const { ctx: base, makeHost, input, output, silenceMs = defaultSilenceMs } = served;
  const lines = createLines(input, output);
  const silence = setTimeout(() => {
    base.log(`no data from the client for ${silenceMs / 1000} s`);
    lines.close();
  }, silenceMs);
  input.on("data", () => silence.refresh());
  const cancelled = new AbortController();
  const left = new AbortController();
  // The peer is created last, because it needs all offered functions. Nothing calls it before.
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
  const host = makeHost(ctx, createRemoteClient(getPeer));
  const streams = createStreams(getPeer, lines.ended);
  const clones = offerClones(ctx, host, streams);
  // A job continues when its client is gone. Only Ctrl-C and signals to this process end it.
  const jobSignal = AbortSignal.any([base.signal, cancelled.signal]);
  const offered: Offered = {
    ...streams.offered,
    ...clones.offered,
    ...offerStreamed(host, streams, signal),
    call: async (method: unknown, args: unknown) => await callHost(host, method, args),
    ...offer(controlOffers, {
      job: async (options) => {
        // Invalid arguments are an error of the call, not a job that fails.
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
  // Running calls were aborted and get time to end in an orderly way, because this process ends after this function.
  await Promise.race([idle(), sleep(endMs, undefined, { ref: false })]);
  await clones.closeAll();
}
