import { CoworkError } from "../../errors.ts";
import type { ImageDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";

/** Timeouts for a silent registry: before the first answer, and between two lines after that. */
const firstAnswerMs = 15_000;
const silenceMs = 120_000;

/**
 * Returns an image that the engine has, or pulls it. A registry that did not answer is not tried again in this run.
 * @throws ENGINE_FAILED with the engine's message if the image is not available
 */
export async function ensureLocal(ctx: Context, ref: string, onLine?: (line: string) => void): Promise<ImageDetail> {
  const present = await ctx.engine.findImage(ref);
  if (present !== undefined) return present;
  const known = `registry:${registryOf(ref)}`;
  const before = ctx.known?.failures.get(known);
  if (before !== undefined) throw new CoworkError("ENGINE_FAILED", before);
  try {
    await pullInTime(ctx, ref, onLine);
  } catch (error) {
    if (error instanceof CoworkError && isUnreachable(error)) ctx.known?.failures.set(known, error.message);
    throw error;
  }
  const pulled = await ctx.engine.findImage(ref);
  if (pulled === undefined) throw new CoworkError("ENGINE_FAILED", `Docker reported success but did not pull ${ref}.`);
  return pulled;
}

async function pullInTime(ctx: Context, ref: string, onLine?: (line: string) => void): Promise<void> {
  const silent = new AbortController();
  const wait = (ms: number): NodeJS.Timeout =>
    setTimeout(
      () => silent.abort(new CoworkError("TIMEOUT", `The registry of ${ref} did not answer for ${ms / 1000} s.`)),
      ms,
    );
  let timer = wait(firstAnswerMs);
  const take = (line: string): void => {
    clearTimeout(timer);
    timer = wait(silenceMs);
    onLine?.(line);
  };
  try {
    await ctx.engine.pullImage(ref, take, AbortSignal.any([ctx.signal, silent.signal]));
  } catch (error) {
    if (ctx.signal.aborted) throw new CoworkError("INTERRUPTED", `Interrupted (pulling ${ref}).`);
    throw silent.signal.aborted ? silent.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** No registry answered, as opposed to: it answered that it does not have the image. */
function isUnreachable(error: CoworkError): boolean {
  return (
    error.code === "TIMEOUT" ||
    /no such host|connection refused|i\/o timeout|no route to host|Client\.Timeout|TLS handshake|x509|server misbehaving|proxyconnect/i.test(
      error.message,
    )
  );
}

/**
 * Returns `docker.io` for a name without a registry: the part before the first `/` is a registry only if it has a dot or a colon,
 * or is localhost.
 */
export function registryOf(ref: string): string {
  const [first = "", ...rest] = ref.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}
