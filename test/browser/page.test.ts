import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimView, type ClaimView } from "../../src/contract/merging/claims.ts";
import type { Operation } from "../../src/contract/http/operations.ts";
import { axe } from "../support/browser/axe.ts";
import { launchBrowser, openPage, phone, until, wide } from "../support/browser/browser.ts";
import { startFakeServer } from "../support/browser/fake-server.ts";
import { manyEvents, sessionStatus } from "../support/browser/samples.ts";
import { at, type World } from "../support/browser/world.ts";
import { viewsOf } from "../support/browser/views.ts";
import { approvalView } from "../support/fakes/approval-view.ts";
import { sampleOf } from "../support/sample-of.ts";
import { runView } from "../support/fakes/run-view.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
});

const now = `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`;

const conflictDiff = [
  "diff --git a/src/a.ts b/src/a.ts",
  "--- a/src/a.ts",
  "+++ b/src/a.ts",
  "@@ -1 +1,5 @@",
  "+<<<<<<< fix",
  " const a = 1;",
  "+=======",
  "+const a = 2;",
  "+>>>>>>> idle",
  "",
].join("\n");

/** Two sessions that change the same lines, and a branch. */
const collisions: World["conflicts"] = {
  sessions: ["fix", "idle"].map((name) => ({ id: `shop-${name}`, name, host: "local", asOf: at(2), judged: true })),
  pairs: [
    {
      a: "fix",
      b: "idle",
      class: "textual",
      paths: [{ path: "src/a.ts", kind: "content", entities: ["Login.check"], within: "same entity" }],
    },
    { a: "fix", b: "project/main", class: "clean", paths: [] },
    { a: "idle", b: "project/main", class: "unknown", paths: [], reason: "it has too many files" },
  ],
  diffs: [{ a: "fix", b: "idle", text: conflictDiff }],
};

const lastMerge: World["merge"] = {
  id: "m1",
  project: "shop",
  into: "main",
  state: "done",
  startedAt: at(5),
  endedAt: at(4),
  testRuns: 1,
  items: [
    { session: "fix", host: "local", state: "landed" },
    { session: "idle", host: "local", state: "conflicted", paths: ["src/a.ts"] },
  ],
  result: { ref: "refs/heads/merge/m1", commit: "c", tree: "t", how: "branch", tested: true },
  notes: [],
};

/** Some sessions in every state, one of which asks. */
function busyWorld(): Partial<World> {
  const run = runView({
    project: "shop",
    session: "fix",
    sessionId: "shop-fix",
    id: "fix:1",
    title: "Fix the form",
    state: "waiting",
    cost: 1.4,
    startedAt: at(20),
    createdAt: at(21),
    artifacts: [{ name: "report.md", bytes: 20 }],
  });
  return {
    sessions: [
      sessionStatus({ name: "idle", project: "shop" }),
      sessionStatus({
        name: "fix",
        project: "shop",
        approvals: 1,
        agentState: { state: "waiting", for: "approval", since: at(3) },
        run,
      }),
      sessionStatus({
        name: "busy",
        project: "app",
        agentState: { state: "working", since: at(1), detail: "Bash: npm test" },
      }),
      sessionStatus({
        name: "broken",
        project: "app",
        agentState: { state: "failed", since: at(9), detail: "overloaded" },
      }),
      sessionStatus({
        name: "old",
        project: "app",
        state: "stopped",
        container: null,
        agentState: { state: "none", since: at(900) },
      }),
    ],
    approvals: [approvalView({ session: "fix", sessionId: "shop-fix", askedAt: at(3) })],
    runs: [run, runView({ project: "app", cost: 2, endedAt: now, createdAt: now })],
    projects: [{ id: "p", name: "shop", root: "/home/ada/shop", sessions: 2, hosts: ["local"], exists: true }],
    events: manyEvents(60).map((event) => ({ ...event, sessionId: "shop-fix", session: "fix" })),
    transcript: [
      { kind: "prompt", at: at(20), text: "Fix the form" },
      { kind: "text", text: "# Done\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```" },
      { kind: "tool", id: "t", name: "Bash", summary: "npm test", input: { command: "npm test" } },
      { kind: "tool-result", id: "t", failed: true, text: "1 failed", more: 9 },
    ],
    diff: "diff --git a/x.ts b/x.ts\n--- a/x.ts\n+++ b/x.ts\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n",
    conflicts: collisions,
    merge: lastMerge,
    claims: [
      { ...sampleOf<ClaimView>(claimView), session: "fix", globs: ["src/**"], mode: "exclusive", why: "rewrite" },
    ],
    log: "a line\n",
    artifact: "# Report",
    unsaved: ["2 commits"],
  };
}

const session = "#/session/shop-fix@local";
const views = [...viewsOf("shop-fix@local"), "#/conflicts?a=fix&b=idle"];

async function visit(page: Page, url: string, view: string): Promise<void> {
  await page.goto(`${url}/${view}`);
  await until(page, `document.querySelector("main h1") !== null && !document.body.textContent.includes("Loading…")`);
}

test("every view is accessible, in light and dark, wide and on a phone", { timeout: 170_000 }, async () => {
  const server = await startFakeServer(busyWorld());
  for (const [viewport, colorScheme] of [
    [wide, "light"],
    [phone, "dark"],
  ] as const) {
    const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`, { viewport, colorScheme });
    for (const view of views) {
      await visit(page, server.url, view);
      expect(await axe(page), `${view} ${colorScheme}`).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), view).toBeLessThanOrEqual(0);
    }
    await visit(page, server.url, session);
    for (const name of ["Pull", "Clean"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator("dialog[open]").waitFor();
      expect(await axe(page), `dialog ${name} ${colorScheme}`).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    }
    expect(problems).toEqual([]);
    await context.close();
  }
  await server.stop();
});

test("what waits stands first, and everything can be done by keyboard alone", async () => {
  const server = await startFakeServer(busyWorld());
  const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`);
  await page.getByRole("heading", { name: "1 session waits for you" }).waitFor();
  expect(await page.evaluate("location.hash")).toBe("#/");
  const focused = async (): Promise<string> => String(await page.evaluate("document.activeElement.textContent"));
  await page.keyboard.press("j");
  expect(await focused()).toBe("fix");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "fix", exact: true, level: 1 }).waitFor();
  await page.keyboard.press("2");
  await page.getByText("x.ts").first().waitFor();
  await page.keyboard.press("1");
  await page.getByRole("textbox", { name: "Say more" }).waitFor();
  await page.keyboard.press("c");
  await page.keyboard.type("and the docs? ga");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Delivered into the run.").waitFor();
  expect(server.posts.at(-1)).toContain(`{"text":"and the docs? ga"}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys and help" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  const card = page.getByRole("region", { name: "Request of fix" });
  await card.waitFor();
  await until(page, `document.activeElement?.classList.contains("approval")`);
  await page.locator(".decide button:not(:disabled)", { hasText: "Approve" }).waitFor();
  // Not while something is typed, and not from elsewhere on the page.
  await page.getByPlaceholder("What should it do instead?").focus();
  await page.keyboard.type("ad");
  expect(server.posts.filter((line) => line.includes("/answer"))).toEqual([]);
  await card.focus();
  await page.keyboard.press("d");
  await page.getByText("All quiet").waitFor();
  expect(server.posts.find((line) => line.includes("/answer"))).toContain(`"decision":"deny","message":"ad"`);
  expect(problems).toEqual([]);
  await context.close();
  await server.stop();
});

test("a browser sees only what its role may do", async () => {
  const server = await startFakeServer({ ...busyWorld(), role: "approve" });
  const { page, context } = await openPage(browser, `${server.url}/#code=c`);
  await visit(page, server.url, session);
  expect(await page.getByRole("button", { name: /^(?:Run|Pull|Stop|Clean)$/ }).count()).toBe(0);
  await visit(page, server.url, "#/approvals");
  await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
  expect(await page.getByText("Always allow").count()).toBe(0);
  await visit(page, server.url, "#/hosts");
  expect(await page.getByRole("heading", { name: "Devices", exact: true }).count()).toBe(0);
  await context.close();
  await server.stop();
});

test("a question of long work is shown whole and answered once", async () => {
  const findings = [{ where: "runArgs", what: "--privileged\u202e", why: "The container controls this machine." }];
  const question = {
    id: "t1",
    kind: "trust",
    project: "shop",
    projectRoot: "/home/ada/shop",
    hash: "h",
    findings,
  } as const;
  const operation: Operation = {
    id: "00000000000000aa",
    kind: "init",
    sessions: ["new"],
    state: "asking",
    by: "ada",
    startedAt: at(1),
    events: [],
    question: { n: 3, question },
  };
  const server = await startFakeServer({ ...busyWorld(), operations: [operation] });
  const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`);
  const dialog = page.getByRole("dialog", { name: "Creating new: a question" });
  await dialog.getByText("--privileged").waitFor();
  expect(await dialog.locator("mark").allTextContents()).toEqual(["U+202E"]);
  server.world.operations = [{ ...operation, state: "running" }];
  await dialog.getByRole("button", { name: "Trust it" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Events", exact: true }).click();
  expect(server.posts.filter((line) => line.includes("/answer"))).toEqual([
    `POST /operations/00000000000000aa/answer {"n":3,"question":"t1","answer":true}`,
  ]);
  expect(problems).toEqual([]);
  await context.close();
  await server.stop();
});

test("it shows that the server is away, comes back by itself, and says how to sign in when the token is over", async () => {
  const server = await startFakeServer(busyWorld());
  const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`, {
    expected: /ERR_|Failed to load resource/,
  });
  await page.getByRole("heading", { name: "1 session waits for you" }).waitFor();
  await server.break();
  await page.getByRole("alert").getByText("No connection to cowork").waitFor();
  expect(await page.getByRole("link", { name: "busy" }).isVisible()).toBe(true);
  server.world.approvals = [];
  server.world.sessions = server.world.sessions.filter(({ name }) => name !== "fix");
  await server.restore();
  await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
  expect(await page.getByText("No connection to cowork").count()).toBe(0);
  await page.evaluate(`localStorage.setItem("cowork.token", "of another server")`);
  await page.reload();
  await page.getByText("Run cowork ui to sign in again.").waitFor();
  expect(await page.evaluate("localStorage.length")).toBe(0);
  expect(problems).toEqual([]);
  await context.close();
  await server.stop();
});

test(
  "200 sessions and 100,000 events stay small in the page, and an event shows at once",
  { timeout: 120_000 },
  async () => {
    const sessions = Array.from({ length: 200 }, (_, n) =>
      sessionStatus({
        name: `s${n}`,
        project: `p${n % 9}`,
        agentState: { state: n % 3 === 0 ? "working" : "idle", since: at(n) },
      }),
    );
    const server = await startFakeServer({ sessions, events: manyEvents(100_000) });
    const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`);
    await page.getByRole("link", { name: "s199" }).waitFor();
    server.world.sessions = sessions.map((one) =>
      one.name === "s7"
        ? { ...one, approvals: 1, agentState: { state: "waiting", for: "approval", since: at(0) } }
        : one,
    );
    server.tell({ ...(manyEvents(1)[0] as ReturnType<typeof manyEvents>[0]), seq: 100_001, type: "agent.waiting" });
    await page.getByRole("heading", { name: "1 session waits for you" }).waitFor();
    await visit(page, server.url, "#/events");
    await page.getByText("agent.waiting").first().waitFor();
    await until(
      page,
      `(scrollTo(0, document.body.scrollHeight), document.querySelector(".events-end")?.textContent.includes("100,001"))`,
    );
    expect(await page.locator(".event").count()).toBeLessThan(120);
    await page.evaluate("scrollTo(0, document.body.scrollHeight)");
    await page.getByText("step 1 of the work", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
    await server.stop();
  },
);

test("by keyboard from the first page to a pair that collides, and both its sides", { timeout: 60_000 }, async () => {
  const server = await startFakeServer(busyWorld());
  const { page, context } = await openPage(browser, `${server.url}/#code=c`, { viewport: wide });
  await page.getByRole("link", { name: "Conflicts" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByRole("button", { name: "fix and idle: Textual" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "fix and idle" }).waitFor();
  await until(page, `document.body.textContent.includes(">>>>>>> idle")`);
  expect(await page.evaluate("location.hash")).toContain("a=fix&b=idle");
  expect(await page.locator(".pair-path").first().textContent()).toContain("Login.check");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".sides h3").nth(1).waitFor();
  expect(await page.locator(".sides h3").allTextContents()).toEqual(["fix", "idle"]);

  await page.getByText("Tested. Now in merge/m1, a branch of its own").waitFor();
  await page.getByText("exclusive").waitFor();
  await page.getByRole("button", { name: "Merge…" }).click();
  const dialog = page.getByRole("dialog", { name: "Merge sessions" });
  await dialog.getByLabel("idle").uncheck();
  await dialog.getByLabel("Move the branch").check();
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Merge", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  expect(server.posts.find((post) => post.includes("/merges"))).toContain(
    '{"project":"p","sessions":["shop-fix@local"],"ff":true,"squash":false,"uncommitted":false}',
  );
  await context.close();
});
