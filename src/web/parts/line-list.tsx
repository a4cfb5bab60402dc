import type { JSX } from "preact";
import { plain } from "../text/visible.ts";

/** Lines under a heading. */
export function LineList({
  title,
  lines,
  none = "None.",
}: {
  title: string;
  lines: readonly string[];
  none?: string;
}): JSX.Element {
  return (
    <section class="lines">
      <h2>{title}</h2>
      {lines.length === 0 ? (
        <p class="muted">{none}</p>
      ) : (
        <ul>
          {lines.map((line) => (
            <li>{plain(line)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
