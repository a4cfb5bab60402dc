import { expect, test } from "vitest";
import { filterSettings, mergeSettings } from "../../../src/agent/claude/own-settings.ts";

test("what runs programs of the host or carries secrets stays behind", () => {
  const text = `{ // comments are fine
    "model": "opus", "env": {"ANTHROPIC_API_KEY": "x"}, "hooks": {"Stop": []}, "apiKeyHelper": "/bin/key",
    "statusLine": {"type": "command", "command": "x"}, "permissions": {"allow": ["Bash(ls)"]}, }`;
  expect(filterSettings(text)).toEqual({ model: "opus", permissions: { allow: ["Bash(ls)"] } });
});

test.each(["", "[]", "null", "42", "{{{"])("%j is no settings object and counts as none", (text) => {
  expect(filterSettings(text)).toEqual({});
});

test("the user's changes arrive, the session's stay", () => {
  const last = { model: "opus", theme: "dark", gone: 1 };
  const session = { model: "haiku", theme: "dark", gone: 1, ownKey: true };
  const own = { model: "sonnet", theme: "light", fresh: 2 };
  expect(mergeSettings(session, last, own)).toEqual({ model: "haiku", theme: "light", ownKey: true, fresh: 2 });
});

test("what the session took away stays away until the user changes it", () => {
  expect(mergeSettings({}, { model: "opus" }, { model: "opus" })).toEqual({});
});

test("bringing the same settings in twice changes nothing", () => {
  const own = { a: 1, b: { c: [1, 2] } };
  const once = mergeSettings({}, {}, own);
  expect(mergeSettings(once, own, own)).toEqual(own);
});
