import { expect, test } from "vitest";
import { domainEvent, type DomainEvent } from "../../../src/contract/events.ts";
import { createEvents, progressDraft, progressOf } from "../../../src/events.ts";

test("every event of a stream gets an id, a time and a host, and can be stored", () => {
  const heard: DomainEvent[] = [];
  const now = (): Date => new Date("2026-01-02T03:04:05Z");
  const tell = createEvents({ host: "local", now }, (event) => void heard.push(event));
  const progress = { session: "a", step: "clone", state: "note", detail: "10 %" } as const;
  tell(progressDraft(progress));
  tell(progressDraft({ ...progress, host: "box" }));
  tell({ type: "session-state", session: "b", host: "box", data: { id: "app-b", state: "running" } });
  tell({ type: "note", session: "", data: { text: "hello" } });
  expect(heard.map(({ id, at, host }) => [id, at, host])).toEqual([
    ["local:a:1", "2026-01-02T03:04:05.000Z", "local"],
    ["box:a:2", "2026-01-02T03:04:05.000Z", "box"],
    ["box:b:3", "2026-01-02T03:04:05.000Z", "box"],
    ["local::4", "2026-01-02T03:04:05.000Z", "local"],
  ]);
  expect(heard.map((event) => domainEvent.parse(JSON.parse(JSON.stringify(event))))).toEqual(heard);
  const [first] = heard;
  expect(first?.type === "progress" && progressOf(first)).toEqual(progress);
});

test("data that is not an event is rejected", () => {
  const event = {
    id: "x",
    at: "now",
    host: "local",
    session: "a",
    type: "progress",
    data: { step: "clone", state: "lost" },
  };
  expect(domainEvent.safeParse(event).success).toBe(false);
  expect(domainEvent.safeParse({ ...event, type: "other" }).success).toBe(false);
});
