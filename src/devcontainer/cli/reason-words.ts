import { plain } from "../../system/text.ts";
import { shorten } from "./cli-output.ts";

/** How many of a program's last lines go into a message. */
const kept = 3;

/** Joins the last lines that a program printed for a message: `one | two | three`. Empty if it printed nothing. */
export function joinWords(lines: readonly string[]): string {
  const words = lines.map((line) => plain(line)).filter((line) => line !== "");
  const distinct = words.filter((line, index) => line !== words[index - 1]);
  return distinct
    .slice(-kept)
    .map((line) => shorten(line, 200))
    .join(" | ");
}

/** Patterns of outside programs' error messages, the clearest first. The captured part is what the user has to read. */
const reasons = [
  // A session's image is always there, but perhaps for another platform: the lines that follow are about a registry that does not
  // know it.
  /^(Unable to find image 'cowork-.+)$/,
  /^(?:docker: |ERROR: |Error: )?Error response from daemon: (.+)$/,
  // Compose v1: the service, then why; both lines come twice
  /^ERROR: for \S+ +(.+)$/,
  /^(dependency failed to start: .+)$/,
  /^((?:COPY|ADD) failed: .+)$/,
  /^docker(?:-compose)?: (.+)$/,
  /^ERROR: (?:failed to (?:build|solve): )*((?!Encountered errors|\.).+)$/,
  /^((?:unknown (?:shorthand )?flag|invalid (?:argument|reference|value|publish|mount|spec)|bad flag)\b.+)$/,
  /^(.*\brequires BuildKit\b.*)$/,
  /^((?:OCI runtime|exec failed|failed to|cannot|could not|no such|permission denied|unauthorized|denied)\b.+)$/i,
  /^(?:fatal|error)(?: \w+)?: (.+)$/i,
];

/** Returns the first line that matches the clearest pattern, or undefined if no line gives a reason. */
export function firstReason(lines: readonly string[]): string | undefined {
  for (const pattern of reasons) {
    for (const line of lines) {
      const [, why] = pattern.exec(line.trim()) ?? [];
      if (why !== undefined && !/^unknown command: docker (?:buildx|compose)/.test(why))
        return shorten(plain(why), 400);
    }
  }
  return undefined;
}
