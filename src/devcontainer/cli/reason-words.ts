import { plain } from "../../system/text.ts";
import { shorten } from "./cli-output.ts";

/** So many of a program's last lines stand in a message. */
const kept = 3;

/** The last lines that a program printed, as one piece of a message: `one | two | three`. Empty where it printed nothing. */
export function joinWords(lines: readonly string[]): string {
  const words = lines.map((line) => plain(line)).filter((line) => line !== "");
  const distinct = words.filter((line, index) => line !== words[index - 1]);
  return distinct
    .slice(-kept)
    .map((line) => shorten(line, 200))
    .join(" | ");
}

/** How an outside program says why it failed, the clearest way first. Each keeps what a person has to read. */
const reasons = [
  // a session's own image is always there, but for another platform: what follows is a registry that does not know it
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

/** The first line that says why, of the clearest kind that there is; undefined where none does. */
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
