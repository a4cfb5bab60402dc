import { toCoworkError } from "../../errors.ts";
import { isBroken } from "../../remote/client/broken.ts";
import type { SessionHost } from "../../session/session-host.ts";
import type { Selector } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import type { Found } from "../find/find-sessions.ts";
import { groupByHost, openHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { emitNote } from "../sessions/outcomes.ts";

/** Selected sessions of one project, or of all, on one host, which is asked again and again. */
export interface HostTarget {
  scope: Scope;
  host: string;
  selector: Selector;
  /** it has answered before */
  known: boolean;
  /** a note has said that it does not answer */
  away: boolean;
}

/** After so long a host that has not answered is named, and the others go on without it. */
const patienceMs = 3_000;

/** The hosts of sessions that were found; without names, every host that was added. */
export async function hostTargets(found: readonly Found[]): Promise<HostTarget[]> {
  const groups = await Promise.all(
    found.map(async ({ scope, selector }) =>
      (await groupByHost(scope, selector, "every")).map((group): HostTarget => ({
        scope,
        ...group,
        known: false,
        away: false,
      })),
    ),
  );
  return groups.flat();
}

/**
 * Asks a host. Notes say once that it does not answer, after three seconds or when the connection fails, and once that it answers
 * again.
 * @param options.isOnly it is the only host: if it has never answered, its error is thrown
 * @param options.isPatient it is asked again: then a connection that was open and broke does not end it
 * @param options.onLate called when it has not answered after three seconds; the answer may still come
 * @param options.signal the answer is not needed any more: no more notes
 * @returns undefined if it does not answer now
 * @throws every other error; INTERRUPTED
 */
export async function askTarget<T>(
  target: HostTarget,
  ask: (host: SessionHost) => Promise<T>,
  options: { isOnly: boolean; isPatient?: boolean; onLate?: () => void; signal?: AbortSignal },
): Promise<{ answer: T } | undefined> {
  const { scope, host } = target;
  const over = new AbortController();
  const signal = AbortSignal.any([
    over.signal,
    scope.ctx.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  const late = async (): Promise<void> => {
    await scope.ctx.clock.sleep(patienceMs, signal);
    leave(target, `${plain(host)} does not answer yet.`);
    options.onLate?.();
  };
  if (host !== "local") late().catch(() => undefined);
  try {
    const answer = await ask(await openHost(scope, host));
    scope.ctx.signal.throwIfAborted();
    if (target.away) emitNote(scope, `${plain(host)} answers.`);
    Object.assign(target, { known: true, away: false });
    return { answer };
  } catch (error) {
    scope.ctx.signal.throwIfAborted();
    const known = toCoworkError(error);
    const hadContact = target.known || (options.isPatient === true && isBroken(error));
    if (host === "local" || !isAway(known.code) || (options.isOnly && !hadContact)) throw known;
    leave(target, known.message);
    return undefined;
  } finally {
    over.abort();
  }
}

function leave(target: HostTarget, message: string): void {
  if (!target.away) emitNote(target.scope, message);
  target.away = true;
}

/** Trying again later may help. */
function isAway(code: string): boolean {
  return ["HOST_UNREACHABLE", "ENGINE_UNREACHABLE", "TIMEOUT"].includes(code);
}
