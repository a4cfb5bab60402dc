/** Adds git's usual colours to a diff that is already free of control characters. */
export function colourDiff(text: string): string {
  const paint = (code: number, line: string): string => `\u001b[${code}m${line}\u001b[0m`;
  let inHunk = false;
  const lines = text.split("\n").map((line) => {
    if (line.startsWith("diff ")) inHunk = false;
    if (line.startsWith("@@")) {
      inHunk = true;
      return paint(36, line);
    }
    if (!inHunk)
      return /^(diff|index|---|\+\+\+|new|deleted|old|rename|copy|similarity|Binary) ?/.test(line)
        ? paint(1, line)
        : line;
    if (line.startsWith("+")) return paint(32, line);
    return line.startsWith("-") ? paint(31, line) : line;
  });
  return lines.join("\n");
}
