import type { ErrorView } from "../errors.ts";
import { plain, plainLines } from "../system/text.ts";
import type { Style } from "./style.ts";

/**
 * The message, then the next step. `label` is `cowork` or the session's name; `detail` (a stack, a program's output) is for
 * `--verbose` only.
 */
export function renderError(
  error: ErrorView,
  options: { style: Style; label?: string; detail?: string | undefined },
): string {
  const { style } = options;
  const lines = [`${style("red", `${plain(options.label ?? "cowork")}:`)} ${plain(error.message)}`];
  if (error.hint !== undefined) lines.push(`  ${style("bold", "Next:")} ${plain(error.hint)}`);
  if (options.detail !== undefined) {
    lines.push(...plainLines(`${error.code}\n${options.detail}`).map((line) => style("dim", `  ${line}`)));
  }
  return lines.join("\n");
}
