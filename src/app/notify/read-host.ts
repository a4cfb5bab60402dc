import type { SessionWork } from "../../contract/work/calls.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import type { SessionEvent } from "../../contract/work/history.ts";
import { toCoworkError } from "../../errors.ts";
import type { SessionHost } from "../../session/session-host.ts";
import { askTarget, type HostTarget } from "../work/ask-hosts.ts";

const pollMs = 1_000;
/** Between two looks at everything: what no event reported is found then. */
const wholeMs = 60_000;
/** Between two questions whether a host sends messages itself. */
const ownMs = 5_000;
const pageSize = 2_000;
/** After an error that is none of the connection. */
const brokenMs = 10_000;

/** What one look at a host found. */
export interface Look {
  host: string;
  events: SessionEvent[];
  /** all open requests; absent: not asked for */
  approvals?: ApprovalView[];
  /** all sessions; absent: not asked for */
  work?: SessionWork[];
  /** the host sends messages itself; absent: not asked for */
  isOwn?: boolean;
}

export interface ReadOptions {
  /** events from then on, ISO 8601 */
  since: string;
  /** whole requests are needed for messages */
  details: boolean;
  onLook: (look: Look) => void;
  onProblem: (message: string) => void;
  signal: AbortSignal;
  /** once it fires, one more look is taken */
  ending: AbortSignal;
}

/** Reads what happens on a host until a signal fires. A host that is away is asked again and again. */
export async function readHost(target: HostTarget, options: ReadOptions): Promise<void> {
  const { since, onLook, onProblem, signal, ending } = options;
  const { clock } = target.scope.ctx;
  const now = (): number => clock.now().getTime();
  const over = AbortSignal.any([signal, ending]);
  let cursors: Record<string, number> | undefined;
  let [wholeAt, ownAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  while (!signal.aborted) {
    const isLast = ending.aborted;
    let pauseMs = pollMs;
    try {
      const whole = target.away || now() - wholeAt >= wholeMs;
      const own = target.host !== "local" && now() - ownAt >= ownMs;
      const wanted = {
        whole,
        own,
        details: options.details,
        query: { limit: pageSize, since, ...(cursors && { cursors }) },
      };
      const asked = await askTarget(target, async (host) => await look(host, target, wanted), {
        isOnly: false,
        signal,
      });
      if (asked !== undefined) {
        const { more, cursors: read, ...found } = asked.answer;
        cursors = { ...cursors, ...read };
        if (whole) wholeAt = now();
        if (own) ownAt = now();
        onLook(found);
        if (more) continue;
      }
    } catch (error) {
      if (signal.aborted) return;
      const known = toCoworkError(error);
      // Nothing will come from a host that was removed.
      if (known.code === "HOST_UNKNOWN") return;
      onProblem(known.message);
      pauseMs = brokenMs;
    }
    if (isLast) return;
    await clock.sleep(pauseMs, over).catch(() => undefined);
  }
}

interface Wanted {
  whole: boolean;
  own: boolean;
  details: boolean;
  query: { limit: number; since: string; cursors?: Record<string, number> };
}

async function look(
  host: SessionHost,
  { host: name, selector }: HostTarget,
  { whole, own, details, query }: Wanted,
): Promise<Look & { more: boolean; cursors: Record<string, number> }> {
  const isOwn = own ? (await host.notifier({})).active : undefined;
  const { events, cursors, more } = await host.events(selector, query);
  const isAsked = details && events.some(({ type }) => type === "approval.asked");
  const approvals = whole || isAsked ? await host.approvals(selector) : undefined;
  const work = whole ? await host.work(selector, { check: false }) : undefined;
  return {
    host: name,
    events,
    cursors,
    more,
    ...(approvals === undefined ? {} : { approvals }),
    ...(work === undefined ? {} : { work }),
    ...(isOwn === undefined ? {} : { isOwn }),
  };
}
