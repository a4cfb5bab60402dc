import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../../../src/app/notify/rules/decide.ts";
import { observeRequests, observeWork } from "../../../../src/app/notify/rules/look.ts";
import { observe } from "../../../../src/app/notify/rules/observe.ts";
import { cooldownMs, maxUrgent, type NotifyRules, type NotifyState } from "../../../../src/app/notify/rules/types.ts";
import type { SessionEvent } from "../../../../src/contract/work/history.ts";
import { asked, event, nothing, request, rules, start } from "./notify-values.ts";

/** Messages of a time line, each as `second kind reminder`, looked at every second. */
function told(events: readonly SessionEvent[], seconds: number, how: NotifyRules = rules): string[] {
  let state: NotifyState = nothing;
  const messages: string[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    const now = start + second * 1000;
    for (const one of events.filter(({ at }) => Date.parse(at) > now - 1000 && Date.parse(at) <= now))
      state = observe(state, one, now);
    const decision = decide(state, now, how);
    ({ state } = decision);
    for (const { topic, reminder } of decision.due) messages.push(`${second} ${topic.kind} ${reminder}`);
  }
  return messages;
}

describe("what is told", () => {
  test("a question at once, reminders while it is open, then silence", () => {
    expect(told([asked(1, 0, "d1")], 4_000)).toEqual(["0 approval 0", "300 approval 1", "1800 approval 2"]);
    expect(told([asked(1, 0, "d1", "plan")], 10)).toEqual(["0 plan 0"]);
    const answered = event("approval.answered", 2, 400_000, {
      digest: "d1",
      decision: "allow",
      by: "p",
      through: "terminal",
    });
    expect(told([asked(1, 0, "d1"), answered], 4_000)).toEqual(["0 approval 0", "300 approval 1"]);
  });

  test("a question that is answered before anyone looked is not told", () => {
    let state = observe(nothing, asked(1, 0, "d1"), start);
    state = observe(
      state,
      event("approval.retired", 2, 10, { digest: "d1", reason: "answered in the terminal" }),
      start + 10,
    );
    expect(decide(state, start + 10, rules)).toMatchObject({ due: [], state: { topics: [] } });
  });

  test("waiting only after five seconds, and not beside the request that it is about", () => {
    expect(told([event("agent.waiting", 1, 0, { for: "answer" })], 20)).toEqual(["5 waiting 0"]);
    expect(told([event("agent.waiting", 1, 0), event("agent.tool", 2, 4_000)], 20)).toEqual([]);
    expect(told([event("agent.waiting", 1, 0), asked(2, 1_000, "d1")], 20)).toEqual(["1 approval 0"]);
    expect(told([asked(1, 0, "d1"), event("agent.waiting", 2, 1_000)], 20)).toEqual(["0 approval 0"]);
    expect(told([event("agent.waiting", 1, 0, { for: "limit" })], 20)).toEqual([]);
    expect(told([event("agent.waiting", 1, 0, { subagent: "s" })], 20)).toEqual([]);
  });

  test("idle only after more than a minute of work, and not during a run", () => {
    const turn = (ms: number) => [event("agent.working", 1, 0), event("agent.idle", 2, ms)];
    expect(told(turn(60_000), 100)).toEqual([]);
    expect(told(turn(61_000), 100)).toEqual(["66 idle 0"]);
    expect(told([...turn(61_000), event("agent.working", 3, 63_000)], 100)).toEqual([]);
    const run = [
      event("run.started", 1, 0, { run: "api:1" }),
      event("agent.working", 2, 0),
      event("agent.idle", 3, 90_000),
    ];
    const end = (data: SessionEvent["data"]) => event("run.ended", 4, 95_000, { run: "api:1", ...data });
    expect(told([...run, end({ state: "completed" })], 120)).toEqual(["95 ended 0"]);
    expect(told([...run, end({ state: "stopped", reason: "user" })], 120)).toEqual([]);
  });

  test("one message of a session a minute, unless it is urgent or a person was there", () => {
    const notice = (n: number, ms: number) => event("session.notify", n, ms, { detail: `text ${n}` });
    expect(told([notice(1, 0), notice(2, 1_000), notice(3, 2_000)], 130)).toEqual(["0 notice 0", "60 notice 0"]);
    expect(told([notice(1, 0), asked(2, 1_000, "d1")], 10)).toEqual(["0 notice 0", "1 approval 0"]);
    expect(told([notice(1, 0), event("prompt.sent", 2, 1_000), notice(3, 2_000)], 10)).toEqual([
      "0 notice 0",
      "2 notice 0",
    ]);
  });

  test("nothing in quiet hours; what is open then is told at their end, and reminders not one after the other", () => {
    const quiet = { ...rules, quiet: { from: 11 * 60 + 50, to: 13 * 60 } };
    expect(told([asked(1, 1_000, "d1")], 3_700, quiet)).toEqual(["3600 approval 0"]);
    const later = { ...rules, quiet: { from: 12 * 60 + 1, to: 13 * 60 } };
    expect(told([asked(1, 0, "d1")], 3_700, later)).toEqual(["0 approval 0", "3600 approval 2"]);
  });

  test("nothing while muted; questions that are open then are told", () => {
    const until = new Date(start + 100_000).toISOString();
    const muted = event("session.muted", 1, 0, { until });
    const ended = event("run.ended", 3, 20_000, { run: "api:1", state: "completed" });
    expect(told([muted, asked(2, 10_000, "d1"), ended], 120)).toEqual(["100 approval 0"]);
    expect(told([event("session.muted", 1, 0), asked(2, 10_000, "d1")], 9_000)).toEqual([]);
    const both = [event("session.muted", 1, 0), asked(2, 10_000, "d1"), event("session.unmuted", 3, 20_000)];
    expect(told(both, 30)).toEqual(["20 approval 0"]);
  });
});

test("an event that is read again changes nothing; a session of the same name made later is another one", () => {
  const once = observe(nothing, asked(5, 0, "d1"), start);
  expect(observe(once, asked(5, 0, "d1"), start + 5)).toBe(once);
  expect(observe(once, asked(1, 1_000, "d2"), start + 1_000).topics).toHaveLength(2);
});

test("a clock that is ahead does not keep a question back", () => {
  const state = observe(nothing, asked(1, 3_600_000, "d1"), start);
  expect(decide(state, start, rules).due).toHaveLength(1);
});

test("open requests without an event make a message, and those that are gone are over", () => {
  const now = start + 1000;
  const first = observeRequests(nothing, "local", [request()], now);
  const { due, state } = decide(first, now, rules);
  expect(due).toHaveLength(1);
  expect(observeRequests(state, "local", [request()], now)).toEqual(state);
  expect(observeRequests(state, "box", [], now)).toEqual(state);
  expect(observeRequests(state, "local", [], now).topics).toMatchObject([{ over: "It was answered meanwhile." }]);
});

test("mute is taken over from what the sessions say", () => {
  const work = { sessionId: "shop-api", name: "api", project: "shop", approvals: 0 };
  const agentState = { state: "working", since: new Date(start).toISOString() } as const;
  const state = observeWork(nothing, "local", [{ ...work, agentState, muted: { muted: true } }]);
  expect(state.sessions["local shop-api"]).toMatchObject({ muted: 0, workingSince: start });
  expect(observeWork(state, "local", [{ ...work, agentState }]).sessions["local shop-api"]).not.toHaveProperty("muted");
});

test("any order of events: dwell, cooldown and reminders hold", () => {
  const types = [
    "agent.working",
    "agent.waiting",
    "agent.idle",
    "agent.failed",
    "session.notify",
    "agent.ended",
    "run.stalled",
  ];
  const step = fc.record({
    gap: fc.integer({ min: 0, max: 90_000 }),
    type: fc.oneof(fc.constantFrom(...types), fc.constant("ask"), fc.constant("answer"), fc.constant("prompt.sent")),
    which: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let state: NotifyState = nothing;
      let [now, n] = [start, 0];
      const sent: { at: number; key: string; kind: string; reminder: number; since: number; toldAt: number }[] = [];
      const touched: number[] = [];
      const look = (): void => {
        const decision = decide(state, now, rules);
        ({ state } = decision);
        for (const { topic, reminder } of decision.due) {
          const { key, kind, since, toldAt = 0 } = topic;
          sent.push({ at: now, key: `${key} ${since}`, kind, reminder, since, toldAt });
        }
        if (decision.next !== undefined) expect(decision.next).toBeGreaterThan(now);
      };
      for (const { gap, type, which } of steps) {
        for (const end = now + gap; now < end; now = Math.min(end, now + 1_000)) look();
        n += 1;
        const ms = now - start;
        if (type === "ask") state = observe(state, asked(n, ms, `d${which}`), now);
        else if (type === "answer")
          state = observe(state, event("approval.answered", n, ms, { digest: `d${which}` }), now);
        else state = observe(state, event(type, n, ms), now);
        if (type === "answer" || type === "prompt.sent") touched.push(now);
        look();
      }
      for (const one of sent) {
        const isUrgent = ["approval", "ended"].includes(one.kind);
        if (!isUrgent && one.kind !== "notice") expect(one.at - one.since).toBeGreaterThanOrEqual(5_000);
        if (one.reminder > 0) expect(one.at - one.toldAt).toBeGreaterThanOrEqual(rules.remindMs[one.reminder - 1] ?? 0);
        const before = sent.slice(0, sent.indexOf(one));
        const same = before.filter(({ key }) => key === one.key).map(({ reminder }) => reminder);
        expect(same.every((reminder) => reminder < one.reminder)).toBe(true);
        if (one.reminder > 0) continue;
        const rested = Math.max(0, ...touched.filter((at) => at <= one.at));
        const recent = before.filter(({ at }) => at > one.at - cooldownMs && at >= rested && at < one.at);
        if (!isUrgent) expect(recent).toEqual([]);
        else
          expect(before.filter(({ at }) => at > one.at - cooldownMs && at >= rested).length).toBeLessThan(
            maxUrgent + 1,
          );
      }
    }),
    { numRuns: 200 },
  );
});
