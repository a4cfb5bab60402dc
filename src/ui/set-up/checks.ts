import type { Check } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import { renderNext } from "../terminal/next.ts";
import type { Style, Tone } from "../terminal/style.ts";
import { displayWidth, glueQuoted, pad, wrapLines } from "../terminal/width.ts";

const marks: Record<Check["status"], { mark: string; tone: Tone; word: string }> = {
  ok: { mark: "✔", tone: "green", word: "" },
  fixed: { mark: "✔", tone: "green", word: "fixed: " },
  warning: { mark: "!", tone: "yellow", word: "warning: " },
  problem: { mark: "✖", tone: "red", word: "problem: " },
};

/** The output of `cowork doctor`: a line for each check, with the next step below those that have a problem. */
export function renderChecks(checks: readonly Check[], options: { width: number; style: Style }): string {
  const titles = Math.max(0, ...checks.map((check) => displayWidth(plain(check.title))));
  const indent = " ".repeat(titles + 4);
  const width = options.width - indent.length;
  return checks
    .map((check) => {
      const { mark, tone, word } = marks[check.status];
      const text = `${word}${plain(check.detail)}`;
      const [first, ...more] = wrapLines(glueQuoted(text), width);
      const line = `${options.style(tone, mark)} ${pad(plain(check.title), titles)}  ${first ?? ""}`;
      const advice = renderNext({ hint: check.fix, next: check.next }, { width, style: options.style });
      return [line.trimEnd(), ...[...more, ...advice].map((rest) => indent + rest)].join("\n");
    })
    .join("\n");
}
