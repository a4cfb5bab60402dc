import type { Context } from "./context.ts";

/**
 * What stays as it is for as long as one command runs is found out once, also where several sessions ask at the same time. What
 * failed is tried again by the next who asks.
 */
export async function onceARun<T>(ctx: Pick<Context, "known">, key: string, find: () => Promise<T>): Promise<T> {
  const { known } = ctx;
  if (known === undefined) return await find();
  const finding = (known.get(key) as Promise<T> | undefined) ?? find();
  known.set(key, finding);
  finding.catch(() => known.delete(key));
  return await finding;
}
