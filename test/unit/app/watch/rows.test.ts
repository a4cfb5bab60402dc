import { describe, expect, test } from "vitest";
import { compareByNeed, needsPerson } from "../../../../src/app/watch/order.ts";
import {
  emptyRows,
  filtered,
  inView,
  keyOf,
  moved,
  needing,
  quietMs,
  selectedRow,
  settled,
  withSessions,
  type Rows,
} from "../../../../src/app/watch/rows.ts";
import type { AgentState } from "../../../../src/contract/work/agent-state.ts";
import type { SessionView } from "../../../../src/session/types.ts";
import { sessionView } from "../../../support/fakes/fake-host.ts";
import { runView } from "../../../support/fakes/run-view.ts";

const minute = (n: number): string => new Date(Date.UTC(2026, 2, 1, 12, n)).toISOString();

function one(name: string, state: AgentState["state"], more: Partial<AgentState> = {}): SessionView {
  return sessionView({ name, agentState: { state, since: minute(0), ...more } });
}

const asking = (name: string, n = 0): SessionView => one(name, "waiting", { for: "approval", since: minute(n) });
const names = ({ shown }: Rows): string[] => shown.map(({ name }) => name);
const start = (...sessions: SessionView[]): Rows => withSessions(emptyRows(), sessions, 0);

describe("the order", () => {
  test("what needs a person first, the longest wait at the top, then failed, working, the last finished, and the rest", () => {
    const all = [
      sessionView({ name: "stopped", state: "stopped" }),
      one("none", "none"),
      one("idle-old", "idle", { since: minute(1) }),
      { ...one("run-end", "ended", { since: minute(3) }), run: runView({ state: "completed" }) },
      { ...one("run-failed", "ended", { since: minute(3) }), run: runView({ state: "failed" }) },
      one("idle-new", "idle", { since: minute(2) }),
      one("limit", "waiting", { for: "limit" }),
      one("works", "working"),
      one("failed", "failed"),
      asking("later", 5),
      asking("first", 4),
      { ...one("subagent", "working", { since: minute(6) }), approvals: 1 },
    ];
    const expected = "first later subagent run-failed failed limit works run-end idle-new idle-old none stopped".split(
      " ",
    );
    expect(all.toSorted(compareByNeed).map(({ name }) => name)).toEqual(expected);
    expect(
      all
        .toReversed()
        .toSorted(compareByNeed)
        .map(({ name }) => name),
    ).toEqual(expected);
  });

  test.each<[string, SessionView, boolean]>([
    ["a plan", one("a", "waiting", { for: "plan" }), true],
    ["the end of a usage limit", one("a", "waiting", { for: "limit" }), false],
    ["a stopped session with an old question", { ...asking("a"), state: "stopped", approvals: 1 }, false],
    ["a host that does not answer", { ...asking("a"), state: "unreachable" }, false],
  ])("%s needs a person: %#", (_name, session, expected) => {
    expect(needsPerson(session)).toBe(expected);
  });

  test("sessions of the same name on two hosts are two rows", () => {
    const rows = start(one("a", "idle"), { ...one("a", "idle"), host: "box" });
    expect(rows.shown.map(keyOf)).toEqual(["app-a@box", "app-a@local"].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test("hidden sessions are left out", () => {
    expect(names(start(one("a", "idle"), { ...one("b", "idle"), hidden: true }))).toEqual(["a"]);
  });
});

describe("the selection", () => {
  test("stays on its session when a question of another one comes first", () => {
    const rows = withSessions(start(one("a", "working"), one("b", "working")), [one("a", "working"), asking("b")], 1);
    expect([names(rows), selectedRow(rows)?.name]).toEqual([["b", "a"], "a"]);
  });

  test("no row moves while the person is moving; the texts are new, and the order follows later", () => {
    const before = moved(start(one("a", "working"), one("b", "working"), one("c", "working")), 1, 10_000);
    const news = [one("a", "working"), one("b", "working"), asking("c"), asking("d")];
    const during = withSessions(before, news, 10_000 + quietMs - 1);
    expect([names(during), selectedRow(during)?.name]).toEqual([["a", "b", "c", "d"], "b"]);
    expect(during.shown[2]?.agentState?.state).toBe("waiting");
    expect(needing(during).map(({ name }) => name)).toEqual(["c", "d"]);
    const after = settled(during, 10_000 + quietMs);
    expect([names(after), selectedRow(after)?.name]).toEqual([["c", "d", "a", "b"], "b"]);
  });

  test("keeps its line on the screen in a list that was scrolled", () => {
    const sessions = Array.from({ length: 30 }, (_, n) => one(`s${String(n).padStart(2, "0")}`, "working"));
    const scrolled = inView(moved(start(...sessions), 20, 0), 10);
    expect([scrolled.top, selectedRow(scrolled)?.name]).toEqual([11, "s20"]);
    const news = sessions.map((session) => (session.name === "s29" ? asking("s29") : session));
    const after = inView(withSessions(scrolled, news, quietMs), 10);
    expect([after.top, selectedRow(after)?.name, names(after)[0]]).toEqual([12, "s20", "s29"]);
  });

  test("at the top of the list, what needs a person comes into view", () => {
    const sessions = Array.from({ length: 30 }, (_, n) => one(`s${String(n).padStart(2, "0")}`, "working"));
    const news = sessions.map((session) => (session.name === "s29" ? asking("s29") : session));
    const after = inView(withSessions(start(...sessions), news, quietMs), 10);
    expect([after.top, selectedRow(after)?.name]).toEqual([0, "s00"]);
  });

  test("goes to the row in its place when its session is removed, and to none in the end", () => {
    const rows = moved(start(one("a", "idle"), one("b", "idle"), one("c", "idle")), 1, 0);
    const without = withSessions(rows, [one("a", "idle"), one("c", "idle")], 1);
    expect(selectedRow(without)?.name).toBe("c");
    const last = withSessions(without, [one("a", "idle")], 2);
    expect(selectedRow(last)?.name).toBe("a");
    expect(selectedRow(withSessions(last, [], 3))).toBeUndefined();
    expect(selectedRow(withSessions(withSessions(last, [], 3), [one("b", "idle")], 4))?.name).toBe("b");
  });

  test("does not leave the list", () => {
    const rows = start(one("a", "idle"), one("b", "idle"));
    expect(selectedRow(moved(rows, -5, 0))?.name).toBe("a");
    expect(selectedRow(moved(rows, 5, 0))?.name).toBe("b");
    expect(selectedRow(moved(moved(rows, "last", 0), "first", 0))?.name).toBe("a");
    expect(moved(emptyRows(), 1, 0).selected).toBeUndefined();
  });

  test.each([1, 2, 9, 10, 11, 100])("is in view in %d rows, and no more is empty than must be", (height) => {
    for (let by = 0; by < 12; by += 1) {
      const rows = inView(moved(start(...Array.from({ length: 10 }, (_, n) => one(`s${n}`, "idle"))), by, 0), height);
      const at = Math.min(by, 9);
      expect(rows.top).toBeLessThanOrEqual(at);
      expect(rows.top + height).toBeGreaterThan(at);
      expect(rows.top).toBeLessThanOrEqual(Math.max(0, 10 - height));
    }
  });
});

describe("the filter", () => {
  const all = [one("web", "working"), asking("api"), sessionView({ name: "docs", project: "site", state: "stopped" })];

  test.each([
    ["app/", ["api", "web"]],
    ["WAITING", ["api"]],
    ["site stopped", ["docs"]],
    ["approval app", ["api"]],
    ["nothing", []],
    ["", ["api", "web", "docs"]],
  ])("%j shows %j", (filter, expected) => {
    expect(names(filtered(start(...all), filter, 0))).toEqual(expected);
  });

  test("keeps the selected session if it matches, and a row that stops matching stays until it is quiet", () => {
    const rows = filtered(moved(start(...all), 1, 0), "working", 1_000);
    expect([names(rows), selectedRow(rows)?.name]).toEqual([["web"], "web"]);
    const later = withSessions(rows, [one("web", "idle"), all[1]!, all[2]!], 1_500);
    expect(names(later)).toEqual(["web"]);
    expect(names(settled(later, 1_000 + quietMs))).toEqual([]);
    expect(needing(later)).toHaveLength(1);
  });
});
