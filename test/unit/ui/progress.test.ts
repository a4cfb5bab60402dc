import { describe, expect, test } from "vitest";
import type { ProgressEvent } from "../../../src/events.ts";
import { applyEvent, type ProgressRows } from "../../../src/ui/terminal/progress-model.ts";
import { renderLive } from "../../../src/ui/terminal/progress-render.ts";
import { createProgress } from "../../../src/ui/terminal/progress.ts";
import { createStyle } from "../../../src/ui/terminal/style.ts";
import { fakeTerminal } from "../../support/fakes/fake-terminal.ts";

const story: [at: number, event: ProgressEvent][] = [
  [0, { session: "", step: "image", state: "start", detail: "building the base image" }],
  [1000, { session: "a", step: "clone", state: "start" }],
  [1500, { session: "long-name", step: "clone", state: "start" }],
  [2200, { session: "a", step: "clone", state: "done" }],
  [2200, { session: "a", step: "container", state: "start" }],
  [2500, { session: "a", step: "container", state: "note", detail: "Step 3/7 :\u001B[31m RUN apt-get update" }],
  [4000, { session: "long-name", step: "clone", state: "failed", detail: "no space left" }],
  [6000, { session: "a", step: "container", state: "done" }],
];

/** What `connect` reports for a stopped session. */
const connecting: ProgressEvent[] = [
  { session: "a", step: "agent", state: "start" },
  { session: "a", step: "agent", state: "done" },
  { session: "a", step: "start", state: "note", detail: "tmux is not installed" },
];

describe("without a terminal", () => {
  test("prints one line per important event, on stderr only", async () => {
    const terminal = fakeTerminal();
    let now = 0;
    const progress = await createProgress(terminal, () => now);
    for (const [at, event] of story) {
      now = at;
      progress.report(event);
    }
    progress.stop();
    expect(terminal.written().stdout).toBe("");
    expect(terminal.written().stderr).toMatchInlineSnapshot(`
      "cowork  image  building the base image
      a  clone  done (1.2s)
      a  container  Step 3/7 : RUN apt-get update
      long-name  clone  failed (2.5s)  no space left
      a  container  done (3.8s)
      "
    `);
  });
});

test("connect shows a note as one, and no line for the agent's set-up", async () => {
  const terminal = fakeTerminal();
  const progress = await createProgress(terminal, () => 0);
  for (const event of connecting) progress.report(event);
  expect(terminal.written().stderr).toBe("note: a: tmux is not installed\n");
});

describe("on a terminal", () => {
  const rowsAt = (count: number): ProgressRows =>
    story.slice(0, count).reduce<ProgressRows>((rows, [at, event]) => applyEvent(rows, event, at), new Map());

  test.each([40, 80])("one line for each session, never wider than %i columns", (width) => {
    const options = { now: 7000, tick: 0, width, style: createStyle(false) };
    const frames = [6, 8].map((count) => renderLive(rowsAt(count), options));
    expect(frames.join("\n--\n")).toMatchSnapshot();
    for (const line of frames.join("\n").split("\n")) expect(line.length).toBeLessThan(width);
  });

  test("lines are hidden during a question and removed at the end, and the cursor is restored", async () => {
    const terminal = fakeTerminal({ columns: 60 });
    const progress = await createProgress(terminal, () => 0);
    progress.report({ session: "a", step: "clone", state: "start" });
    expect(terminal.written().stderr).toContain("a  clone");
    const before = terminal.written().stderr.length;
    await progress.pauseFor(async () => {
      progress.report({ session: "a", step: "carry", state: "start" });
      terminal.err("a question");
    });
    const during = terminal.written().stderr.slice(before);
    expect(during.indexOf("a question")).toBeLessThan(during.indexOf("a  carry"));
    progress.stop();
    const end = terminal.written().stderr;
    progress.report({ session: "a", step: "config", state: "start" });
    expect(terminal.written().stderr).toBe(end);
    expect(end.lastIndexOf("\u001B[?25h")).toBeGreaterThan(end.lastIndexOf("\u001B[?25l"));
    expect(terminal.written().stdout).toBe("");
  });
});
