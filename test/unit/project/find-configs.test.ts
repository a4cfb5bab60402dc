import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findConfigs } from "../../../src/project/find-configs.ts";
import { createRun } from "../../../src/system/process/run.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cowork-configs-"));
  git("init", "-q");
  put("README", "");
  git("add", "-A");
  git("commit", "-qm", "x");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: root, encoding: "utf8" });
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const find = (folder = "") =>
  findConfigs(
    { run: createRun({ env: process.env }), env: process.env, signal: new AbortController().signal },
    { worktree: root },
    join(root, folder),
  );

test("returns nothing without configurations", async () => {
  expect(await find()).toEqual({});
});

test("finds untracked, ignored and changed configurations in the folder and above it", async () => {
  put(".devcontainer.json", "{}");
  put("a b/.devcontainer/devcontainer.json", "{}");
  put("other/.devcontainer/devcontainer.json", "{}");
  git("add", "-A");
  git("commit", "-qm", "configs");
  expect(await find("a b")).toEqual({ within: "a b" });
  put(".devcontainer.json", "{ }");
  put(".gitignore", "/.devcontainer/\n");
  put(".devcontainer/devcontainer.json", "{}");
  put(".devcontainer/*/devcontainer.json", "{}");
  put("a b/c/.devcontainer.json", "{}");
  expect(await find("a b/c")).toEqual({
    within: "a b/c",
    uncommitted: [
      "a b/c/.devcontainer.json",
      ".devcontainer/devcontainer.json",
      ".devcontainer.json",
      ".devcontainer/*/devcontainer.json",
    ],
  });
});

test("for a link, the link and its target count", async () => {
  put("tools/dc/devcontainer.json", "{}");
  symlinkSync("tools/dc", join(root, ".devcontainer"));
  expect(await find()).toEqual({ uncommitted: [".devcontainer/devcontainer.json"] });
  git("add", "-A");
  git("commit", "-qm", "link");
  expect(await find()).toEqual({});
  put("tools/dc/devcontainer.json", "{ }");
  expect(await find()).toEqual({ uncommitted: [".devcontainer/devcontainer.json"] });
});

test("an uncommitted link counts; a target outside of the working tree does not", async () => {
  symlinkSync("/nowhere", join(root, ".devcontainer.json"));
  expect(await find()).toEqual({ uncommitted: [".devcontainer.json"] });
  expect(await find("..")).toEqual({ uncommitted: [".devcontainer.json"] });
});
