/** Matches ssh's patterns with `*` and `?`, ignoring case. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern.toLowerCase().replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  // Join repeated stars: several in a row would make the expression extremely slow.
  const expression = source.replaceAll(/\*+/g, ".*").replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(name.toLowerCase());
}

/** Matches a list of patterns: one must match, and none that begins with `!`. */
export function matchesList(patterns: readonly string[], name: string): boolean {
  const negated = patterns.filter((pattern) => pattern.startsWith("!"));
  if (negated.some((pattern) => matchesPattern(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matchesPattern(pattern, name));
}
