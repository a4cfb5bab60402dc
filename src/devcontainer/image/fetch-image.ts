import { CoworkError } from "../../errors.ts";
import type { ImageDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";

/** How long a registry may say nothing: at first, and between two of its lines once it has answered. */
const firstAnswerMs = 15_000;
const silenceMs = 120_000;

/**
 * An image that the engine has, or gets from its registry. A registry that did not answer is not asked again in this run.
 * @throws ENGINE_FAILED when there is none to be had, with the engine's words
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
  if (pulled === undefined)
    throw new CoworkError("ENGINE_FAILED", `The Docker Engine pulled ${ref} and yet does not have it.`);
  return pulled;
}

async function pullInTime(ctx: Context, ref: string, onLine?: (line: string) => void): Promise<void> {
  const silent = new AbortController();
  const wait = (ms: number): NodeJS.Timeout =>
    setTimeout(
      () => silent.abort(new CoworkError("TIMEOUT", `The registry of ${ref} says nothing for ${ms / 1000} s.`)),
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

/** Nobody answered, as against: answered, and has no such image. */
function isUnreachable(error: CoworkError): boolean {
  return (
    error.code === "TIMEOUT" ||
    /no such host|connection refused|i\/o timeout|no route to host|Client\.Timeout|TLS handshake|x509|server misbehaving|proxyconnect/i.test(
      error.message,
    )
  );
}

/** `docker.io` for a name without a registry: what stands before the first `/` is one only with a dot, a colon, or as localhost. */
export function registryOf(ref: string): string {
  const [first = "", ...rest] = ref.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}
