import type { Check } from "../session/session-host.ts";
import { plain } from "../system/text.ts";
import type { Style, Tone } from "./style.ts";
import { displayWidth, pad, wrap } from "./width.ts";

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
  return checks
    .map((check) => {
      const { mark, tone, word } = marks[check.status];
      const text = `${word}${plain(check.detail)}`;
      const [first, ...more] = wrap(text, options.width - indent.length).split("\n");
      const line = `${options.style(tone, mark)} ${pad(plain(check.title), titles)}  ${first ?? ""}`;
      const fix =
        check.fix === undefined ? [] : wrap(`Next: ${plain(check.fix)}`, options.width - indent.length).split("\n");
      return [line.trimEnd(), ...[...more, ...fix].map((rest) => indent + rest)].join("\n");
    })
    .join("\n");
}
