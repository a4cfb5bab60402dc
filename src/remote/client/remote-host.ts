import { Readable, type Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { jobAnswer, type JobCall } from "../../contract/job.ts";
import { streamedOffers } from "../../contract/remote/offers.ts";
import { hostCalls, type HostInputs, type HostMethod } from "../../contract/remote/rpc.ts";
import { CoworkError } from "../../errors.ts";
import type { Source } from "../../project/types.ts";
import type { ConnectIo, SessionHost } from "../../session/session-host.ts";
import type { InitRequest, Selector } from "../../session/types.ts";
import type { Context } from "../../system/context.ts";
import { plain, visible } from "../../system/text.ts";
import { copyTo } from "../rpc/streams.ts";
import type { TtyRequest } from "../rpc/tty-request.ts";
import type { ConnectOptions } from "../types.ts";
import { answers, ask } from "./answers.ts";
import { checkClock } from "./check-clock.ts";
import { type Link, type LinkOptions, openLink } from "./link.ts";
import { followLog } from "./follow-log.ts";
import { withReconnect } from "./long-work.ts";
import { runOnTerminal } from "./on-terminal.ts";
import { openRemoteClone } from "./remote-clone.ts";
import { sendCarried } from "./send-carried.ts";
import { sendProject } from "./send-project.ts";
import { remoteWork } from "./remote-work.ts";
import { invalid } from "./sanitize.ts";

export interface RemoteHostOptions extends Omit<LinkOptions, "onCounted"> {
  /** the repository whose commits are sent; throws NOT_A_PROJECT */
  source: () => Promise<Source>;
  /**
   * Called before sessions are created on the host: from then on they may exist, even if the connection breaks. Returns a function
   * that reverts it.
   */
  begin: (names: readonly string[]) => Promise<() => Promise<void>>;
}

const patienceMs = 60_000;

/**
 * A session host on another machine, with the same functions as the local one; each call is sent over RPC. It uses one connection,
 * opened at first use, and again after it broke.
 */
export function createRemoteHost(ctx: Context, options: RemoteHostOptions): SessionHost & { close(): void } {
  const { name } = options;
  let link: Promise<Link> | undefined;
  // Number of events received of each running job, to continue after them when the connection broke.
  const seen = new Map<number, number>();
  let tickets = 0;
  const onCounted = (ticket: number): void => {
    const count = seen.get(ticket);
    if (count !== undefined) seen.set(ticket, count + 1);
  };
  const getLink = async (login: ConnectOptions = {}): Promise<Link> => {
    link ??= openLink(ctx, { ...options, ...login, onCounted });
    const made = link;
    try {
      const open = await made;
      void open.ended.then(() => (link === made ? (link = undefined) : undefined));
      return open;
    } catch (error) {
      if (link === made) link = undefined;
      throw error;
    }
  };
  const call = async <M extends HostMethod>(method: M, ...args: HostInputs[M]): Promise<unknown> =>
    await (await getLink()).peer.call("call", method, args);
  /** For read-only calls, with a time limit: a host that hangs counts as unreachable. */
  const look = async <M extends HostMethod>(method: M, ...args: HostInputs[M]): Promise<unknown> => {
    const { peer } = await getLink();
    return await inTime(name, peer.call("call", method, args));
  };
  const job = async <M extends HostMethod>(
    method: M,
    subject: unknown,
    prepare: (link: Link) => Promise<HostInputs[M]>,
  ): Promise<unknown> => {
    const ticket = (tickets += 1);
    seen.set(ticket, 0);
    try {
      return await withReconnect(ctx, name, async () => {
        const open = await getLink();
        const jobRequest = { method, subject, seen: seen.get(ticket) ?? 0, ticket };
        // Joins the job if it is already running, without sending the project again.
        const joined = readJobAnswer(await open.peer.call("job", jobRequest satisfies JobCall));
        if (joined !== undefined) return joined.value;
        return readJobAnswer(await open.peer.call("job", { ...jobRequest, args: await prepare(open) }))?.value;
      });
    } finally {
      seen.delete(ticket);
    }
  };
  const travelling = async (open: Link, request: InitRequest, files: boolean): Promise<InitRequest> => {
    const commits = request.sessions.map(({ start }) => start.commit);
    const facts = { ...request.project, elsewhere: true };
    const source = await sendProject(ctx, open, { facts, source: await options.source(), commits });
    return { ...request, project: facts, source, ...(files ? { carry: await sendCarried(open, request) } : {}) };
  };
  return {
    planInit: async (request) =>
      answers.plan(await call("planInit", await travelling(await getLink(), request, false))),
    init: async (request) => {
      const { project, sessions } = request;
      const subject = [project.name, project.rootCommit, sessions];
      let takeBack = async (): Promise<void> => undefined;
      const prepare = async (open: Link): Promise<HostInputs["init"]> => {
        const args: HostInputs["init"] = [await travelling(open, request, true)];
        takeBack = await options.begin(sessions.map((session) => session.name));
        return args;
      };
      try {
        const names = sessions.map((session) => session.name);
        return answers.outcomes(await job("init", subject, prepare), name, { names });
      } catch (error) {
        // The host refused before it created anything.
        if (error instanceof CoworkError && !["HOST_UNREACHABLE", "INTERRUPTED"].includes(error.code)) await takeBack();
        throw error;
      }
    },
    list: async (selector) => answers.views(await look("list", there(selector)), name),
    status: async (selector, given) => answers.statuses(await look("status", there(selector), given), name),
    start: async (selector, { settings, rebuild }) => {
      const again = rebuild && { ...rebuild, project: { ...rebuild.project, elsewhere: true } };
      const args: HostInputs["start"] = [
        there(selector),
        { settings, ...(again === undefined ? {} : { rebuild: again }) },
      ];
      return answers.outcomes(await job("start", [selector, rebuild !== undefined], async () => args), name, selector);
    },
    stop: async (selector, given) => answers.outcomes(await call("stop", there(selector), given), name, selector),
    clean: async (selector, given) => answers.cleaned(await call("clean", there(selector), given), name, selector),
    cleanImages: async (given) => answers.texts(await call("cleanImages", given)),
    openClone: async (selector) => await openRemoteClone(await getLink(), there(selector)),
    readClone: async (selector) => await openRemoteClone(await getLink(), there(selector), "cloneRead"),
    diff: async (selector, given) => {
      const found = hostCalls.diff.output.safeParse(await call("diff", there(selector), given));
      if (!found.success) throw invalid("an invalid diff");
      return { ...found.data, text: visible(found.data.text) };
    },
    connect: async (request, io) => {
      const given = { ...request, selector: there(request.selector) };
      const { tty } = io;
      const agent = { forwardAgent: request.settings.sshAgent };
      if (tty === undefined) {
        const open = await getLink(agent);
        return await withStreams(open, io, async (its) => await ask(open.peer, streamedOffers, "connect", given, its));
      }
      const again = async (): Promise<number> =>
        await onTerminal(await getLink(agent), { connect: given }, { ...io, tty });
      // A shell in tmux still runs when the connection is restored; a plain shell does not.
      return await (request.tmux ? withReconnect(ctx, name, again) : again());
    },
    login: async (request, io) => {
      const { tty } = io;
      const open = await getLink();
      if (tty !== undefined) await onTerminal(open, { login: request }, { ...io, tty });
      else await withStreams(open, io, async (its) => await ask(open.peer, streamedOffers, "login", request, its));
      return answers.authStatus(await call("authStatus", request.settings.agent), name).login;
    },
    logs: async (selector, given, out) => {
      if (given.follow) {
        await followLog(ctx, { name, getLink }, { selector: there(selector), options: given, out });
        return;
      }
      const open = await getLink();
      const stream = open.nextStream();
      const copied = copyLog(open.streams.take(stream), out);
      await Promise.all([ask(open.peer, streamedOffers, "logs", there(selector), given, stream), copied]);
    },
    doctor: async (given) => {
      const checks = answers.checks(await call("doctor", given), name);
      return [...checks, await checkClock(ctx, await getLink())];
    },
    authStatus: async (agent) => answers.authStatus(await look("authStatus", agent), name),
    logout: async (request) => answers.logout(await call("logout", request)),
    runFiles: async (selector, n, out) => {
      const open = await getLink();
      const stream = open.nextStream();
      const copied = copyTo(open.streams.take(stream), out);
      await Promise.all([ask(open.peer, streamedOffers, "runFiles", there(selector), n, stream), copied]);
    },
    ...remoteWork({ name, call, look, there }),
    close: () => void link?.then((open) => open.close()).catch(() => undefined),
  };

  async function onTerminal(
    open: Link,
    request: TtyRequest,
    io: ConnectIo & { tty: NonNullable<ConnectIo["tty"]> },
  ): Promise<number> {
    try {
      return await runOnTerminal(ctx, open.connection, { program: options.program, request }, io);
    } catch (error) {
      throw await open.reasonFor(error);
    }
  }
}

async function inTime<T>(name: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    const message = `${plain(name)} did not answer within ${patienceMs / 1000} s.`;
    timer = setTimeout(() => fail(new CoworkError("HOST_UNREACHABLE", message)), patienceMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Undefined if there was no job to join. */
function readJobAnswer(answer: unknown): { value: unknown } | undefined {
  const found = jobAnswer.safeParse(answer);
  if (!found.success) throw invalid("an invalid result of a job");
  return "value" in found.data ? found.data : undefined;
}

function there<S extends Selector>(selector: S): S {
  const { project } = selector;
  return project === undefined ? selector : { ...selector, project: { ...project, elsewhere: true } };
}

/** Work on the host with the caller's streams, without a terminal. */
async function withStreams<T>(
  open: Link,
  io: ConnectIo,
  work: (streams: [stdin: number, stdout: number, stderr: number]) => Promise<T>,
): Promise<T> {
  const { peer, streams } = open;
  const [stdin, stdout, stderr] = [open.nextStream(), open.nextStream(), open.nextStream()];
  // Ends only this command: others may use the same connection.
  const cancel = (): void => void peer.tell("connectEnd", stdin);
  io.signal?.addEventListener("abort", cancel, { once: true });
  // Not awaited: a program may exit without reading all its input.
  void streams.pump(stdin, io.stdin).catch(() => undefined);
  try {
    io.onReady?.();
    const [result] = await Promise.all([
      work([stdin, stdout, stderr]),
      copyTo(streams.take(stdout), io.stdout),
      copyTo(streams.take(stderr), io.stderr),
    ]);
    return result;
  } finally {
    io.signal?.removeEventListener("abort", cancel);
  }
}

/** Copies a log as it arrives, without escape sequences. */
async function copyLog(source: Readable, out: Writable): Promise<void> {
  const decoder = new StringDecoder("utf8");
  const texts = Readable.from(
    (async function* () {
      for await (const chunk of source as AsyncIterable<Buffer>) yield Buffer.from(visible(decoder.write(chunk)));
    })(),
  );
  await copyTo(texts, out);
}
