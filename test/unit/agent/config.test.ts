import { expect, test } from "vitest";
import { seedConfig } from "../../../src/agent/claude/config.ts";

const account = { accountUuid: "one", emailAddress: "a@example.com" };
const seed = { account, accountUuid: "one", workspaceFolder: "/workspaces/a" };

test("the configuration of a new session skips the welcome, login and trust screens", () => {
  expect(seedConfig(undefined, seed)).toEqual({
    theme: "dark",
    hasCompletedOnboarding: true,
    oauthAccount: account,
    projects: { "/workspaces/a": { hasTrustDialogAccepted: true } },
  });
});

test("seeding twice changes nothing the second time", () => {
  expect(seedConfig(seedConfig(undefined, seed), seed)).toBeUndefined();
});

test("values that the session wrote are kept", () => {
  const existing = { numStartups: 3, projects: { "/workspaces/a": { history: [1] }, "/x": {} } };
  expect(seedConfig(existing, seed)).toEqual({
    numStartups: 3,
    hasCompletedOnboarding: true,
    oauthAccount: account,
    projects: { "/workspaces/a": { history: [1], hasTrustDialogAccepted: true }, "/x": {} },
  });
});

test("a new login replaces the account data", () => {
  const existing = seedConfig(undefined, seed);
  const other = { accountUuid: "two", emailAddress: "b@example.com" };
  expect(seedConfig(existing, { ...seed, account: other, accountUuid: "two" })).toMatchObject({ oauthAccount: other });
});

test("a login whose account is unknown to cowork removes the old account", () => {
  const existing = seedConfig(undefined, seed);
  expect(seedConfig(existing, { ...seed, account: undefined, accountUuid: "three" })).not.toHaveProperty(
    "oauthAccount",
  );
  expect(seedConfig(existing, { ...seed, account: undefined })).toBeUndefined();
});

test("values of the wrong type do not break it", () => {
  const existing = { projects: "no", oauthAccount: 5, theme: null };
  expect(seedConfig(existing, seed)).toMatchObject({ oauthAccount: account, projects: { "/workspaces/a": {} } });
});
