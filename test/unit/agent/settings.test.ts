import { expect, test } from "vitest";
import { filterSettings, mergeSettings } from "../../../src/agent/claude/own-settings.ts";

test("settings that run programs or contain secrets are removed", () => {
  const text = `{ // comments are fine
    "model": "opus", "env": {"ANTHROPIC_API_KEY": "x"}, "hooks": {"Stop": []}, "apiKeyHelper": "/bin/key",
    "statusLine": {"type": "command", "command": "x"}, "permissions": {"allow": ["Bash(ls)"]}, }`;
  expect(filterSettings(text)).toEqual({ model: "opus", permissions: { allow: ["Bash(ls)"] } });
});

test.each(["", "[]", "null", "42", "{{{"])("%j is not a settings object and counts as none", (text) => {
  expect(filterSettings(text)).toEqual({});
});

test("the user's changes are applied, the session's changes stay", () => {
  const last = { model: "opus", theme: "dark", gone: 1 };
  const session = { model: "haiku", theme: "dark", gone: 1, ownKey: true };
  const own = { model: "sonnet", theme: "light", fresh: 2 };
  expect(mergeSettings(session, last, own)).toEqual({ model: "haiku", theme: "light", ownKey: true, fresh: 2 });
});

test("a setting that the session removed stays removed until the user changes it", () => {
  expect(mergeSettings({}, { model: "opus" }, { model: "opus" })).toEqual({});
});

test("merging the same settings twice changes nothing", () => {
  const own = { a: 1, b: { c: [1, 2] } };
  const once = mergeSettings({}, {}, own);
  expect(mergeSettings(once, own, own)).toEqual(own);
});
