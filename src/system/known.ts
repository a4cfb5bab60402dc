/**
 * The cache of one command or one request. The results may be outdated a minute later, so every context has its own cache and no
 * module keeps one.
 */
export interface Known {
  /** results of `memoizePerRun` and requests that were sent before they are needed, including pending ones */
  readonly findings: Map<string, Promise<unknown>>;
  /** what failed for good in this run, and why: a registry that does not answer, an agent that cannot be installed */
  readonly failures: Map<string, string>;
}

export function createKnown(): Known {
  return { findings: new Map(), failures: new Map() };
}

/**
 * Calls `find` once per command and key, even if several sessions need the result at the same time. A failure is not cached: the
 * next caller tries again.
 */
export async function memoizePerRun<T>(ctx: { known?: Known }, key: string, find: () => Promise<T>): Promise<T> {
  if (ctx.known === undefined) return await find();
  const { findings } = ctx.known;
  const finding = (findings.get(key) as Promise<T> | undefined) ?? find();
  findings.set(key, finding);
  finding.catch(() => findings.delete(key));
  return await finding;
}
