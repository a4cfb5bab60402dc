import { randomBytes } from "node:crypto";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain, plainLines } from "../../system/text.ts";
import type { Channel, Connection, ExecOptions } from "../types.ts";
import { bootstrapCommand, parseNeed, type Need } from "./script.ts";
import { nodeParcel, programParcel, type Parcel, type Program } from "./parcels.ts";
import { waitForMark } from "./wait-for-mark.ts";

/** Time limit from the open channel to cowork's first line. */
const answerMs = 20_000;
const maxLogged = 1000;

export interface OpenOptions {
  program: Program;
  /** arguments after `__host` */
  mode?: readonly string[];
  terminal?: NonNullable<ExecOptions["terminal"]>;
}

/**
 * Starts the server (`cowork __host`) on a host. If cowork is missing there, copies it first, and Node if the host has none that is
 * new enough. After that the channel's streams belong to the server.
 * @throws HOST_UNREACHABLE, HOST_ANSWER_INVALID, DISK_FULL, AGENT_UNAVAILABLE if no Node is available for that machine
 */
export async function openHost(ctx: Context, connection: Connection, options: OpenOptions): Promise<Channel> {
  const first = await start(ctx, connection, options);
  if (first.need === undefined) return first.channel;
  if (options.terminal === undefined) return await complete(ctx, connection, first.channel, { ...options, ...first });
  // A terminal would corrupt binary data, so the files are sent through a separate channel.
  first.channel.close();
  const { mode: _mode, terminal: _terminal, ...bare } = options;
  const carried = await openHost(ctx, connection, bare);
  carried.close();
  const second = await start(ctx, connection, options);
  if (second.need === undefined) return second.channel;
  throw invalid(connection, "lost the copy of cowork that was just sent");
}

interface Started {
  channel: Channel;
  mark: string;
  said: () => string;
  need?: Need;
}

async function start(ctx: Context, connection: Connection, options: OpenOptions): Promise<Started> {
  const mark = `cowork-${randomBytes(8).toString("hex")}`;
  const command = bootstrapCommand({ hash: options.program.hash, mark, mode: options.mode ?? ["serve"] });
  const channel = await connection.exec(command, options.terminal === undefined ? {} : { terminal: options.terminal });
  channel.exit.catch(() => undefined);
  const said = collect(ctx, channel);
  const line = await inTime(ctx, channel, waitForMark(channel.stdout, mark));
  if (line === "run") return { channel, mark, said };
  const need = line?.startsWith("need ") === true ? parseNeed(line.slice(5)) : undefined;
  if (need !== undefined) return { channel, mark, said, need };
  channel.close();
  throw invalid(connection, `did not start cowork${said() === "" ? "" : `: ${said()}`}`);
}

async function complete(
  ctx: Context,
  connection: Connection,
  channel: Channel,
  { mark, need, program, said }: Started & { need?: Need; program: Program },
): Promise<Channel> {
  const note = (detail: string): void => ctx.report({ session: "", step: "plan", state: "note", detail });
  if (need?.node === true)
    await send(ctx, connection, { channel, mark, said, parcel: await nodeParcel(ctx, need, note) });
  if (need?.program === true) {
    note(`sending cowork to ${plain(connection.host)}`);
    await send(ctx, connection, { channel, mark, said, parcel: await programParcel(program) });
  }
  channel.stdin.write("run\n");
  if ((await inTime(ctx, channel, waitForMark(channel.stdout, mark))) === "run") return channel;
  throw invalid(connection, `did not start cowork: ${said()}`);
}

interface Sending {
  channel: Channel;
  mark: string;
  said: () => string;
  parcel: Parcel;
}

async function send(ctx: Context, connection: Connection, { channel, mark, said, parcel }: Sending): Promise<void> {
  channel.stdin.write(`${parcel.name} ${parcel.packed.length} ${parcel.sha256}\n`);
  const go = await inTime(ctx, channel, waitForMark(channel.stdout, mark));
  if (go === "go") {
    channel.stdin.write(parcel.packed);
    const answer = await inTime(ctx, channel, waitForMark(channel.stdout, mark), 30 * 60_000);
    if (answer === "ok") return;
  }
  const where = plain(connection.host);
  if (/No space left|Disk quota/i.test(said())) {
    throw new CoworkError("DISK_FULL", `No space left on ${where} to copy cowork to.`, {
      hint: `free some space on ${where}, then run the same command again`,
    });
  }
  throw invalid(connection, `could not store the copy of cowork: ${said()}`);
}

/** Collects the last lines of stderr. Only the first `maxLogged` lines are logged, so that a host cannot flood the log. */
function collect(ctx: Context, { stderr }: Channel): () => string {
  let text = "";
  let logged = 0;
  stderr.on("data", (chunk: Buffer) => {
    text = (text + chunk.toString("utf8")).slice(-4096);
    if (logged > maxLogged) return;
    for (const line of plainLines(chunk.toString("utf8"))) {
      logged += 1;
      if (logged <= maxLogged) ctx.log(`host: ${line.slice(0, 1000)}`);
    }
  });
  return () => plain(plainLines(text).slice(-3).join("; ")).slice(-300);
}

async function inTime<T>(ctx: Context, channel: Channel, work: Promise<T>, ms = answerMs): Promise<T> {
  const late = Promise.withResolvers<never>();
  const stop = (error: CoworkError) => (): void => {
    channel.close();
    late.reject(error);
  };
  const onAbort = stop(new CoworkError("INTERRUPTED", "Interrupted."));
  // It may have been aborted while something was downloaded or packed.
  if (ctx.signal.aborted) onAbort();
  const timer = setTimeout(
    stop(new CoworkError("HOST_UNREACHABLE", `The host did not answer within ${ms / 1000} s.`)),
    ms,
  );
  ctx.signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    ctx.signal.removeEventListener("abort", onAbort);
  }
}

function invalid(connection: Connection, what: string): CoworkError {
  const host = plain(connection.host);
  return new CoworkError("HOST_ANSWER_INVALID", `${host} ${what}`.replace(/\.?$/, "."), {
    hint: `check the output of: ssh ${host} echo ok`,
  });
}
