import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createContext } from "../../../src/app/create-context.ts";
import { mergeWork } from "../../../src/app/merging/merge-work.ts";
import { openScope } from "../../../src/app/scope.ts";
import { listSessions } from "../../../src/app/sessions/list.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { fakeHost, sessionView } from "../../support/fakes/fake-host.ts";
import { localInside } from "../../support/git/git-local-inside.ts";
import { gitWorkshop } from "../../support/git/git-project.ts";

test("list shows what a merge has landed as merged, and what has gone on meanwhile as not", async () => {
  const shop = await gitWorkshop();
  onTestFinished(async () => await shop.end());
  const root = await shop.project("app");
  await shop.sh(root, "mkdir .cowork; git config user.name Ada; git config user.email ada@example.org");
  const commit = await shop.git(root, "rev-parse", "main");
  const names = ["a", "b", "c"];
  const folders = new Map(names.map((name) => [name, join(shop.root, name)]));
  for (const [name, folder] of folders) {
    await shop.sh(
      shop.root,
      `git clone -q app '${folder}'; cd '${folder}'; echo ${name} >${name}; git add -A; git commit -qm ${name}`,
    );
  }
  // Once its commit has been taken, b goes on.
  let opened = 0;
  const openClone: SessionHost["openClone"] = async ({ names: [name] }) => ({
    name,
    path: folders.get(name) ?? "",
    inside: localInside(folders.get(name) ?? "", { ...shop.env, TMPDIR: shop.root }),
    identity: { name: "Ada", email: "ada@example.org" },
    start: { branch: "main", commit, existing: false },
    close: async () => {
      if ((opened += 1) === 2) await shop.sh(folders.get("b") ?? "", "echo more >>b; git commit -qam more");
    },
  });
  const views = names.map((name) =>
    sessionView({ name, id: `app-${name}`, project: "app", projectRoot: root, state: "running" }),
  );
  const { host } = fakeHost({ list: async () => views, openClone, readClone: openClone });
  const ctx = createContext({
    home: join(shop.root, "cowork-home"),
    env: shop.env,
    identity: { uid: 1000, gid: 1000, username: "person", homedir: join(shop.root, "home") },
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    signal: new AbortController().signal,
    report: () => undefined,
    makeQuestions: () => ({ ask: async () => null, askSecret: async () => undefined }),
  });
  const makers = { makeHost: async () => host, makeRemote: async () => Promise.reject(new Error("no other host")) };
  const { scope } = openScope(ctx, { folder: root, onlyHost: undefined, cpus: 2, makers, tell: () => undefined });
  const request = {
    folder: root,
    sessions: ["a", "b"],
    into: "main",
    squash: false,
    ff: true,
    uncommitted: false,
    oneByOne: false,
    keepOrder: true,
    resolve: "none",
  };
  const { result } = await mergeWork(ctx, { method: "merge", args: [request] }, { cpus: 2, makers });
  expect(result).toMatchObject({ how: "fast-forwarded" });
  const { sessions } = await listSessions(scope, { all: false });
  expect(sessions.map(({ name, merged }) => `${name} ${merged?.state}`)).toEqual([
    "a merged",
    "b not merged",
    "c undefined",
  ]);
});
