/**
 * What one command or one request has found out and need not find out again. It may be wrong a minute later: so every context has
 * its own, and nothing of it is kept in a module.
 */
export interface Known {
  /** what was asked once (`memoizePerRun`), or is being asked */
  readonly findings: Map<string, Promise<unknown>>;
  /** what was given up, and why: a registry that does not answer, an agent that cannot be installed */
  readonly failures: Map<string, string>;
}

export function createKnown(): Known {
  return { findings: new Map(), failures: new Map() };
}

/**
 * What stays as it is for as long as one command runs is found out once, also where several sessions ask at the same time. What
 * failed is tried again by the next who asks.
 */
export async function memoizePerRun<T>(ctx: { known?: Known }, key: string, find: () => Promise<T>): Promise<T> {
  if (ctx.known === undefined) return await find();
  const { findings } = ctx.known;
  const finding = (findings.get(key) as Promise<T> | undefined) ?? find();
  findings.set(key, finding);
  finding.catch(() => findings.delete(key));
  return await finding;
}
