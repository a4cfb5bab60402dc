/** `*` and `?` of ssh's patterns; upper and lower case are one. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern.toLowerCase().replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  // Stars in a row are one: several would take time without end.
  const expression = source.replaceAll(/\*+/g, ".*").replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(name.toLowerCase());
}

/** A list of patterns: one has to match, and none that begins with `!` may. */
export function matchesList(patterns: readonly string[], name: string): boolean {
  const negated = patterns.filter((pattern) => pattern.startsWith("!"));
  if (negated.some((pattern) => matchesPattern(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matchesPattern(pattern, name));
}
