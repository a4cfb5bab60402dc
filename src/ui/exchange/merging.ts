import type { SessionView } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import type { Cell } from "../terminal/table.ts";
import { age, ago } from "../terminal/units.ts";

/** What the last comparison found, with its age: `b, c (3m)`, `merged (2h)`. */
export function mergingCell({ conflicts, merged }: SessionView, now: Date): Cell {
  if (merged?.state === "merged") return { text: `merged (${age(merged.asOf, now)})`, tone: "green" };
  if (conflicts !== undefined) {
    const [first = "", ...more] = conflicts.with;
    const names = more.length > 1 ? `${first} and ${more.length} more` : [first, ...more].join(", ");
    return { text: `✗ ${names} (${age(conflicts.asOf, now)})`, tone: conflicts.class === "textual" ? "red" : "yellow" };
  }
  return { text: "-" };
}

const states: Record<NonNullable<SessionView["merged"]>["state"], (into: string) => string> = {
  merged: (into) => `merged into ${into}`,
  "not merged": (into) => `not merged into ${into}`,
  nothing: () => "",
  "adds nothing": () => "its commits cancel each other out",
  reverted: (into) => `was merged into ${into}, and later taken back or replaced there`,
};

/** The same for `status`. */
export function mergingLines({ conflicts, merged }: SessionView, now: Date): string[] {
  const collides =
    conflicts === undefined
      ? []
      : [
          `collides with ${conflicts.with.join(", ")} (${conflicts.class}, ${ago(conflicts.asOf, now)}): cowork conflicts`,
        ];
  const text = merged === undefined ? "" : states[merged.state](plain(merged.into));
  const how = merged?.how === undefined ? "" : `${merged.how}, `;
  return text === "" || merged === undefined ? collides : [...collides, `${text} (${how}${ago(merged.asOf, now)})`];
}
