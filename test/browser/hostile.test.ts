import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TranscriptEntry } from "../../src/contract/work/transcript.ts";
import { launchBrowser, openPage, phone, until } from "../support/browser/browser.ts";
import { startFakeServer, type FakeServer } from "../support/browser/fake-server.ts";
import { manyEvents, sessionStatus } from "../support/browser/samples.ts";
import { viewsOf } from "../support/browser/views.ts";
import { at } from "../support/browser/world.ts";
import { approvalView } from "../support/fakes/approval-view.ts";
import { runView } from "../support/fakes/run-view.ts";

// A session that writes what could run, call home, or look like something else: none of it does, and the layout stands. The texts are
// given as a server that forgot to clean them would give them.

const markup = [
  `<img src="http://evil.test/x.png" onerror="globalThis.ran=1">`,
  `<svg onload="globalThis.ran=1"><script>globalThis.ran=1</script></svg>`,
  `<iframe src="http://evil.test/"></iframe><style>body{display:none}</style>`,
  `<script>globalThis.ran=1</script>`,
  `<details open ontoggle="globalThis.ran=1"><summary>x</summary></details>`,
  `<form action="http://evil.test/"><button>send</button></form>`,
  `<link rel="stylesheet" href="http://evil.test/x.css"><base href="http://evil.test/">`,
];
const markdown = [
  ...markup,
  `![pixel](http://evil.test/pixel.png)`,
  `[run](javascript:globalThis.ran=1)`,
  `[data](data:text/html,<script>globalThis.ran=1</script>)`,
  `[entity](java&#115;cript:globalThis.ran=1)`,
  `[tab](java\tscript:globalThis.ran=1)`,
  `<javascript:globalThis.ran=1>`,
  `[ref]\n\n[ref]: javascript:globalThis.ran=1`,
  `[good](https://example.org/)`,
  `| a |\n|---|\n| <img src=x onerror="globalThis.ran=1"> |`,
  "```html\n<script>globalThis.ran=1</script>\n```",
].join("\n\n");
const unseen =
  "safe\u202Eecho\u202C \u200Brm\u2066 -rf\u2069 \u001b[31mred\u001b[0m \u001b]52;c;AAAA\u0007 \u0000 \u3164";
const longLine = "x".repeat(1024 * 1024);

let browser: Browser;
let server: FakeServer;

beforeAll(async () => {
  const name = `n${markup[0]}${unseen}`;
  const deep = [">".repeat(5000), `${">".repeat(300)} deep`];
  const texts = [markdown, `${markup.join("")}${unseen}`, longLine, ...deep];
  const transcript: TranscriptEntry[] = [
    { kind: "run", run: "a:1", n: 1, action: "implement", title: name },
    ...texts.flatMap((text, index): TranscriptEntry[] => [
      { kind: "prompt", text },
      { kind: "text", text },
      {
        kind: "tool",
        id: `t${index}`,
        name,
        summary: text,
        input: { command: text, [name]: { deep: text.slice(0, 500) } },
      },
      { kind: "tool-result", id: `t${index}`, failed: true, text, more: 0 },
      { kind: "denied", tool: name, message: text },
      { kind: "note", text },
      { kind: "result", outcome: name, detail: text, cost: 1, turns: 1, tokens: { input: 1, output: 1 } },
    ]),
  ];
  const diff = [
    `diff --git "a/q\\303\\244<img src=x onerror=globalThis.ran=1>" "b/q<img>"`,
    "--- /dev/null",
    `+++ "b/${markup[3]}\\342\\200\\256.txt"`,
    "@@ -0,0 +1,4 @@ function <script>globalThis.ran=1</script>",
    ...markup.slice(0, 2).map((line) => `+${line}`),
    `+${unseen}`,
    `+${longLine}`,
    "@@ -1 +99999999999999999999 @@",
    "diff --git",
    "@@ nonsense",
  ].join("\n");
  server = await startFakeServer({
    sessions: [
      sessionStatus({
        name: "a",
        project: name,
        id: "app-a",
        branch: name,
        unsavedWork: [unseen, ...markup],
        agentState: { state: "working", since: at(1), detail: texts[1] ?? "" },
        run: runView({ title: name, state: "failed", detail: name, artifacts: [{ name: "report.md", bytes: 3000 }] }),
        error: { code: "INTERNAL", message: name, hint: markup[3] ?? "" },
      }),
      sessionStatus({ name: longLine.slice(0, 5000), id: "app-b" }),
    ],
    approvals: [
      approvalView({
        session: name,
        project: name,
        sessionId: "app-a",
        folder: name,
        text: `${unseen}\n${markup.join("\n")}`,
        hidden: true,
        rules: [unseen],
      }),
    ],
    runs: [runView({ project: name, cost: 1, endedAt: at(1) })],
    events: manyEvents(30).map((event) => ({
      ...event,
      type: name,
      session: name,
      data: { detail: texts[1] ?? "", tool: name },
    })),
    hosts: [{ name: "local", state: "unreachable", sessions: 1, error: { code: "HOST_UNREACHABLE", message: name } }],
    transcript,
    diff,
    log: `${texts.join("\n")}\n`,
    artifact: markdown,
    unsaved: [name, unseen],
  });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("nothing of a hostile session runs, calls home or breaks the layout", { timeout: 120_000 }, async () => {
  const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`, { viewport: phone });
  await page.getByRole("heading", { level: 1 }).waitFor();
  for (const view of viewsOf("app-a@local")) {
    await page.goto(`${server.url}/${view}`);
    await until(
      page,
      `document.querySelector("main")?.textContent.length > 30 && !document.body.textContent.includes("Loading…")`,
    );
    await page.evaluate(
      `document.querySelectorAll("main details:not([open]) > summary").forEach((one) => one.click())`,
    );
    if (view.endsWith("artifacts")) await page.getByRole("button", { name: "Show" }).click();
    await page.evaluate("new Promise(requestAnimationFrame)");
    expect(
      await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
      `${view} is as wide as the screen`,
    ).toBeLessThanOrEqual(0);
  }
  await page.goto(`${server.url}/#/session/app-a@local`);
  await page.getByRole("button", { name: "Clean" }).click();
  await page.getByText("This work would be lost").waitFor();
  expect(await page.evaluate("globalThis.ran")).toBeUndefined();
  expect(await page.locator("img, iframe, object, embed, style, form[action]").count()).toBe(0);
  expect(problems).toEqual([]);
  await context.close();
});

test("in Markdown only addresses of the web are links, and HTML is text", async () => {
  const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`, {
    expected: /net::ERR_FAILED/,
  });
  // What reads Markdown is loaded now, and the machine's networks change meanwhile.
  let cut = 0;
  await page.route(/read-markdown/, async (route) => await (cut++ === 0 ? route.abort("failed") : route.continue()));
  await page.goto(`${server.url}/#/session/app-a@local`);
  const text = page.locator(".entry.text").first();
  await text.locator("a", { hasText: "good" }).waitFor();
  expect(cut).toBe(2);
  const links = await text
    .locator("a")
    .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href));
  expect(links.filter((href) => !/^https?:/.test(href))).toEqual([]);
  const rel = await text.locator("a").evaluateAll((all) => all.map((link) => (link as unknown as { rel: string }).rel));
  expect(new Set(rel)).toEqual(new Set(["noopener noreferrer"]));
  expect(await text.textContent()).toContain("<script>globalThis.ran=1</script>");
  expect(problems).toEqual([]);
  await context.close();
});

test("an approval shows every character, and is answered with the digest that was shown", async () => {
  const { page, problems, context } = await openPage(browser, `${server.url}/#code=c`);
  await page.goto(`${server.url}/#/approvals`);
  const asked = page.getByRole("region", { name: "The whole request" });
  await asked.waitFor();
  const marks = await asked.locator("mark").allTextContents();
  expect(marks.slice(0, 5)).toEqual(["U+202E", "U+202C", "U+200B", "U+2066", "U+2069"]);
  expect(marks).toContain("U+0000");
  expect(marks).toContain("U+3164");
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  expect(await asked.textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u0000\u001b]/);
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByText("Nothing to approve").waitFor();
  const answer = server.posts.find((line) => line.includes("/answer"));
  expect(answer).toContain(`"digest":"${"ab".repeat(32)}"`);
  expect(answer).toContain(`"decision":"allow"`);
  expect(problems).toEqual([]);
  await context.close();
});
