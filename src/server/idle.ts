/** Ends a server that was started for a page when no one uses it. @param isUsed a stream is open */
export function idleWatch(
  idleMs: number | undefined,
  isUsed: () => boolean,
  onIdle: () => void,
): { touch: () => void; end: () => void } {
  if (idleMs === undefined) return { touch: () => undefined, end: () => undefined };
  let usedAt = Date.now();
  const timer = setInterval(
    () => {
      if (isUsed()) usedAt = Date.now();
      else if (Date.now() - usedAt >= idleMs) onIdle();
    },
    Math.min(idleMs / 2, 30_000),
  );
  return { touch: () => void (usedAt = Date.now()), end: () => clearInterval(timer) };
}
