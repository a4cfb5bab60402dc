import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { derivedClaims, keepDerived, readDerived } from "../../../src/merging/claims/derived.ts";
import { claimsOn } from "../../../src/merging/claims/plan-claims.ts";
import type { ClaimView } from "../../../src/contract/merging/claims.ts";
import { createStyle } from "../../../src/ui/terminal/style.ts";
import { renderClaims } from "../../../src/ui/exchange/claims.ts";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;
const sessionIds = ["app-a", "app-b"];
const at = "2026-03-01T11:58:00.000Z";
const of = (session: string, ...paths: string[]) => ({ id: `app-${session}`, session, paths, at });

beforeEach(async () => {
  shop = await mergingShop("mkdir src; seq 5 >src/f");
  for (const id of sessionIds) await mkdir(shop.context.paths.container(id), { recursive: true });
});
afterEach(() => shop.end());

const keep = async (own?: ReturnType<typeof of>, ids = sessionIds): Promise<void> =>
  await keepDerived(shop.context, { project: "app", sessionIds: ids }, own);
const claims = async () => derivedClaims(await readDerived(shop.context, "app"));

test("a look says what each session has changed now, once, and nothing of one that is merged", async () => {
  const folder = await shop.clone("a", "echo 6 >>src/f; echo new >'[id].ts'");
  await shop.clone("b");
  const first = await shop.look();
  expect([...first.changed]).toMatchObject([["local/app-a", { paths: ["[id].ts", "src/f"] }]]);
  expect((await shop.look()).changed.size).toBe(0);
  await shop.sh(folder, "git add -A; git commit -qm work");
  await shop.git(shop.project, "pull", "-q", folder, "a");
  expect([...(await shop.look()).changed]).toMatchObject([["local/app-a", { paths: [] }]]);
});

test("what a session has changed is a claim that its paths are under, literally, until it has changed nothing", async () => {
  await keep(of("a", "src/[id].ts", "lib/"));
  await keep(of("b", "docs/x.md"));
  expect(await claims()).toMatchObject([
    { session: "a", mode: "intent", derived: true, globs: ["src/[id].ts", "lib/"] },
    { session: "b", mode: "intent", derived: true },
  ]);
  const on = async (path: string) => claimsOn(await claims(), path).map(({ session }) => session);
  expect(await on("src/[id].ts")).toEqual(["a"]);
  expect(await on("src/i.ts")).toEqual([]);
  expect(await on("lib/deep/file")).toEqual(["a"]);
  expect(await on("x.md")).toEqual([]);
  await keep(of("a"));
  expect(await claims()).toMatchObject([{ session: "b" }]);
  // The other session is gone.
  await keep(undefined, ["app-a"]);
  expect(await claims()).toEqual([]);
});

test("it is shown as such, in the list and inside each session", async () => {
  await keep(of("a", "src/f"));
  const view: ClaimView = { ...(await claims())[0]!, project: "app", host: "local" };
  const now = new Date(Date.parse(at) + 120_000);
  expect(renderClaims([view], { width: 80, style: createStyle(false), now })).toBe(
    "SESSION  MODE    LEFT  PATHS  WHY\na        intent  -     src/f  has changed these files (2 min ago)",
  );
  const cowork = join(shop.root, "cowork-inside");
  const program = await readFile(join(import.meta.dirname, "../../../templates/container/cowork"), "utf8");
  const inside = async (id: string): Promise<string> => {
    await writeFile(cowork, program.replace("/opt/cowork/session", shop.context.paths.container(id)));
    await chmod(cowork, 0o755);
    const { stdout, stderr } = await promisify(execFile)(cowork, ["claims"], { env: { PATH: "/usr/bin:/bin" } });
    return stdout + stderr;
  };
  expect(await inside("app-b")).toBe("intent     src/f  a  changed, as of 11:58 UTC\n");
  expect(await inside("app-a")).toContain("src/f  a (this session)  changed");
  // The hook's own list stays empty, so that no edit waits for it.
  await expect(readFile(join(shop.context.paths.container("app-b"), "claims"))).rejects.toMatchObject({
    code: "ENOENT",
  });
  await keep(of("a"));
  expect(await inside("app-b")).toBe("cowork: no claims\n");
});
