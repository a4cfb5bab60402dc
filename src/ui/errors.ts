import type { ErrorView } from "../errors.ts";
import { plain, plainLines } from "../system/text.ts";
import { renderNext } from "./terminal/next.ts";
import type { Style } from "./terminal/style.ts";
import { glue, glueQuoted, wrapLines } from "./terminal/width.ts";

/**
 * The message, then the next step. `label` is `cowork` or the session's name; `detail` (a stack, a program's output) is for
 * `--verbose` only. Text is wrapped at `width` columns, Infinity for no limit.
 */
export function renderError(
  error: ErrorView,
  options: { width: number; style: Style; label?: string; detail?: string | undefined },
): string {
  const { style, width } = options;
  const label = `${plain(options.label ?? "cowork")}:`;
  const [first = "", ...more] = wrapLines(`${glue(label)} ${glueQuoted(plain(error.message))}`, width);
  const lines = [style("red", label) + first.slice(label.length), ...more];
  lines.push(...renderNext(error, { width: width - 2, style }).map((line) => `  ${line}`));
  if (options.detail !== undefined) {
    lines.push(...plainLines(`${error.code}\n${options.detail}`).map((line) => style("dim", `  ${line}`)));
  }
  return lines.join("\n");
}
