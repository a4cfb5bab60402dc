import type { RunOutput } from "../../agent/at-work.ts";
import { plain, plainLines } from "../../system/text.ts";

/** One line of a run's output for a person, as lines without control characters. */
export function renderOutput(output: RunOutput): string[] {
  switch (output.kind) {
    case "text":
      return plainLines(output.text);
    case "tool":
      return [plain(`> ${output.name} ${JSON.stringify(output.input)}`)];
    case "tool-result":
      return plainLines(output.text).map((line) => `  ${line}`);
    case "denied":
      return [plain(`denied: ${output.tool}: ${output.message}`)];
    default:
      return [];
  }
}
