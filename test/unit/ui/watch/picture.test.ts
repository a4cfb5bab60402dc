import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { Mode } from "../../../../src/app/watch/types.ts";
import type { SessionView } from "../../../../src/session/types.ts";
import { createStyle } from "../../../../src/ui/terminal/style.ts";
import { drawPicture, pageOf } from "../../../../src/ui/watch/picture.ts";
import type { Picture, Size } from "../../../../src/ui/watch/types.ts";
import { displayWidth } from "../../../../src/ui/terminal/width.ts";
import { sessionView, someTime } from "../../../support/fakes/fake-host.ts";
import { runView } from "../../../support/fakes/run-view.ts";

const since = "2026-03-01T11:58:00.000Z";
const asking = sessionView({
  name: "api",
  project: "shop",
  agentState: { state: "waiting", for: "approval", since, detail: "Bash: npm publish --dry-run --tag next" },
  approvals: 1,
});
const working = sessionView({ name: "web", agentState: { state: "working", since, detail: "Edit src/cart.ts" } });
const idle = sessionView({
  name: "search",
  agentState: { state: "idle", since },
  run: runView({ id: "search:3", state: "completed" }),
});
const ended = sessionView({ ...idle, name: "plan", agentState: { state: "ended", since } });
const stopped = sessionView({ name: "docs", state: "stopped" });

function picture(shown: SessionView[], change: Partial<Picture> = {}): Picture {
  const list: Mode = { kind: "list" };
  const needing = shown.filter((one) => one === asking);
  const base = { shown, total: shown.length, selected: shown[0], top: 0, filter: "", needing, away: [], mode: list };
  return { ...base, message: undefined, ...change };
}

const draw = (what: Picture, size: Partial<Size> = {}, colour = false): string[] =>
  drawPicture(what, { columns: 80, rows: 24, ...size, now: someTime, style: createStyle(colour) });

test("the whole screen, without colour", () => {
  expect(draw(picture([asking, working, idle, ended, stopped]), { rows: 14 })).toEqual([
    "1 needs you: api                                                      5 sessions",
    "     SESSION  PROJECT  STATE              SINCE  NOW",
    "› ?  api      shop     waiting: approval     2m  Bash: npm publish --dry-run --…",
    "  ●  web      app      working               2m  Edit src/cart.ts",
    "  ✓  search   app      idle                  2m  run search:3 completed",
    "  ✓  plan     app      ended                 2m  run search:3 completed",
    "  -  docs     app      stopped                -  -",
    "",
    "",
    "shop/api · waiting: approval (2 min ago) · branch api",
    "  Bash: npm publish --dry-run --tag next",
    "",
    "a answer  o open  s send  l log  d diff  p pull  n new  / filter  ? help  q quit",
  ]);
});

const many = Array.from({ length: 60 }, (_, n) => ({ ...working, name: `a-rather-long-name-of-a-session-${n}` }));
const modes: Mode[] = [
  { kind: "list" },
  { kind: "help" },
  { kind: "send", text: `${"long ".repeat(60)}\n第三行 `, session: many[0]! },
  { kind: "interrupt", session: many[0]! },
  { kind: "filter", text: "x", before: "" },
  { kind: "task", text: "", session: undefined, name: "x" },
];

describe.each([
  [80, 24],
  [60, 15],
  [200, 50],
  [40, 10],
  [20, 5],
  [10, 2],
])("on %i × %i", (columns, rows) => {
  test.each(modes)("$kind: nothing is wider or higher than the screen", (mode) => {
    const wide = { ...asking, project: "プロジェクト".repeat(6), host: "box", name: "\u001B[31mred\u202E" };
    const away = [{ host: "box", message: `box does not answer ${"y".repeat(300)}` }];
    const message = { text: "A sentence that says what went wrong. ".repeat(9), tone: "red" as const };
    const what = picture([wide, ...many], { mode, away, message, selected: many[3]! });
    for (const colour of [false, true]) {
      const lines = draw(what, { columns, rows }, colour);
      expect(lines.length).toBeLessThanOrEqual(rows - 1);
      for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      expect(lines.join("")).not.toContain("\u001B[31mred");
      expect(lines.join("")).not.toContain("\u202E");
    }
  });
});

test.each([
  [24, 17],
  [15, 8],
  [10, 5],
])("on %i rows, %i sessions are in view, the selected one among them", (rows, page) => {
  const what = picture(many, { top: 30, selected: many[30] });
  expect(pageOf({ columns: 80, rows }, what)).toBe(page);
  const lines = draw(what, { rows });
  expect(lines.filter((line) => line.includes("a-rather")).length).toBe(page + (rows < 14 ? 0 : 1));
  expect(lines.some((line) => line.startsWith("› ●  a-rather-long-name-of-a-session-30"))).toBe(true);
});

test("colour is never the only carrier of a meaning", () => {
  const shown = [asking, working, idle, stopped];
  const strip = (line: string): string => stripVTControlCharacters(line).trimEnd();
  expect(draw(picture(shown), {}, true).map(strip)).toEqual(draw(picture(shown)).map((line) => line.trimEnd()));
});

test("other hosts have a column, and one that does not answer is named", () => {
  const away = [{ host: "box", message: "box does not answer yet." }];
  const lines = draw(picture([working, { ...idle, host: "box", state: "unreachable" }], { away }));
  expect(lines[1]).toMatch(/SESSION {2}HOST/);
  expect(lines.join("\n")).toMatch(/! {2}search {3}box +unreachable/);
  expect(lines).toContain("box does not answer yet.");
});

test("what is not pulled has a column once a session was looked at, on a usual screen", () => {
  const held = { ...working, notPulled: { commits: 2, files: 1, asOf: since } };
  const lines = draw(picture([held, idle]));
  expect(lines[1]).toMatch(/SINCE {2}NOT PULLED +NOW$/);
  expect(lines[2]).toContain("2 commits, 1 file  Edit src/cart.ts");
  expect(lines[3]).toMatch(/ {2}\? +run search:3/);
  expect(draw(picture([held]), { columns: 50 }).join("\n")).not.toContain("NOT PULLED");
  expect(draw(picture([working, idle])).join("\n")).not.toContain("NOT PULLED");
});

test("an empty list says what to do, also behind a filter", () => {
  expect(draw(picture([], { selected: undefined })).join("\n")).toContain("No sessions. n makes one.");
  const hidden = picture([], { selected: undefined, total: 3, filter: "zzz" });
  expect(draw(hidden).join("\n")).toMatch(/0 of 3 sessions[^]*None matches[^]*filter: zzz {3}esc: all/);
});

test("of a text that is typed the end is seen, and a long message takes the place of the keys", () => {
  const send: Mode = { kind: "send", text: `${"x".repeat(200)} the end `, session: working };
  expect(draw(picture([working], { mode: send }))[21]).toMatch(/^to web › x+ the end ▏$/);
  const message = { text: `${"word ".repeat(18)}Next: cowork run web` };
  const lines = draw(picture([working], { message }));
  expect(lines.slice(-2).join(" ")).toContain("Next: cowork run web");
});

test("a command in a message stays in one piece", () => {
  const message = { text: "The agent in web has no conversation that could be continued. Next: cowork run web <text>" };
  const lines = draw(picture([working], { message }));
  expect(lines.slice(-2)).toEqual([
    "The agent in web has no conversation that could be continued. Next:",
    "cowork run web <text>",
  ]);
});

test("the help fits on a small screen, nothing of it is cut", () => {
  const lines = draw(picture([working], { mode: { kind: "help" } }), { columns: 60, rows: 15 });
  expect(lines.join("\n")).not.toContain("…");
  expect(lines.at(-1)).toBe("any key: back");
});
