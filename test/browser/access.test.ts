import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SignInLink } from "../../src/contract/http/auth.ts";
import { launchBrowser, openPage } from "../support/browser/browser.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork } from "../support/home/run-cowork.ts";

// Pages of others in the browser that is signed in: another website, one that resolves to this machine, and one that a session serves
// on another port of localhost. The real server; what it holds is one request's text in its answers.

let browser: Browser;
let home: TestHome;
let other: Server;
let otherPort: number;
let link: SignInLink;
let port: number;

const cowork = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await runCowork(args, { home, cwd: home.home });
  expect(code, stderr).toBe(0);
  return stdout;
};

beforeAll(async () => {
  home = await temporaryHome();
  other = createServer((_, response) =>
    response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>other</title>"),
  );
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  otherPort = (other.address() as AddressInfo).port;
  browser = await launchBrowser(["evil.test"]);
  link = JSON.parse(await cowork("ui", "pair", "--role", "full", "--json")) as SignInLink;
  port = Number(new URL(link.url).port);
});

afterAll(async () => {
  await browser?.close();
  await cowork("serve", "--stop");
  other?.close();
  await home?.remove();
});

/** What a page of another origin learns by each way to ask. */
async function probe(page: Page, base: string): Promise<Record<string, string>> {
  const ways: Record<string, string> = {
    fetch: `fetch("${base}/api/v1/sessions").then((r) => "read " + r.status)`,
    noCors: `fetch("${base}/api/v1/sessions", { mode: "no-cors" }).then((r) => r.text()).then((t) => t === "" ? "opaque" : "read " + t)`,
    post: `fetch("${base}/api/v1/sessions", { method: "POST", headers: { "Content-Type": "text/plain" }, body: "{}" }).then((r) => "read " + r.status)`,
    exchange: `fetch("${base}/api/v1/auth/exchange", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"code":"x"}' }).then((r) => "read " + r.status)`,
    script: `new Promise((done) => { const s = document.createElement("script"); s.src = "${base}/api/v1/sessions"; s.onload = () => done("ran"); s.onerror = () => done("refused"); document.head.append(s); })`,
    asset: `new Promise((done) => { const s = document.createElement("script"); s.src = "${base}/api/v1/openapi.json"; s.onload = () => done("ran"); s.onerror = () => done("refused"); document.head.append(s); })`,
    image: `new Promise((done) => { const i = new Image(); i.onload = () => done("loaded"); i.onerror = () => done("refused"); i.src = "${base}/api/v1/sessions"; })`,
    frame: `new Promise((done) => { const f = document.createElement("iframe"); f.onload = () => { let t = "blocked"; try { t = f.contentDocument ? "read" : "blocked"; } catch {} done(t); }; f.src = "${base}/"; document.body.append(f); })`,
    stream: `new Promise((done) => { const e = new EventSource("${base}/api/v1/stream"); e.onmessage = e.onopen = () => done("open"); e.onerror = () => { e.close(); done("refused"); }; })`,
    socket: `new Promise((done) => { const w = new WebSocket("${base.replace("http", "ws")}/api/v1/stream"); w.onopen = () => done("open"); w.onerror = () => done("refused"); })`,
  };
  const learned: Record<string, string> = {};
  for (const [name, expression] of Object.entries(ways))
    learned[name] = await page.evaluate<string>(
      `Promise.race([${expression}, new Promise((d) => setTimeout(d, 5000, "nothing"))]).catch(() => "refused")`,
    );
  return learned;
}

const learnsNothing = {
  fetch: "refused",
  noCors: expect.stringMatching(/^(?:opaque|refused)$/),
  post: "refused",
  exchange: "refused",
  script: "refused",
  asset: "refused",
  image: "refused",
  frame: "blocked",
  stream: "refused",
  socket: "refused",
};

test("a page of another origin learns and does nothing, though the browser is signed in", async () => {
  const { page, context, problems } = await openPage(browser, link.url);
  await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
  expect(problems).toEqual([]);
  // What someone looks over the shoulder for, or finds in the history.
  expect(await page.evaluate("location.href")).toBe(`http://cowork.localhost:${port}/#/`);
  expect(await context.cookies()).toEqual([]);
  const token = String(await page.evaluate(`localStorage.getItem("cowork.token")`));
  expect(token.length).toBeGreaterThan(40);
  for (const [place, base] of [
    ["http://localhost", "http://cowork.localhost"],
    ["http://localhost", "http://localhost"],
    ["http://a.localhost", "http://cowork.localhost"],
    ["http://evil.test", "http://cowork.localhost"],
  ] as const) {
    const stranger = await context.newPage();
    await stranger.goto(`${place}:${otherPort}/`);
    expect(await probe(stranger, `${base}:${port}`), `${place} asks ${base}`).toEqual(learnsNothing);
    expect(await stranger.evaluate("Object.keys(localStorage).length + document.cookie.length")).toBe(0);
    await stranger.close();
  }
  await context.close();
});

test("a name that leads to this machine is refused: the page does not load under it", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const answer = await page.goto(`http://evil.test:${port}/`);
  expect(answer?.status()).toBe(421);
  expect(await page.evaluate(`fetch("/api/v1/health").then((r) => r.status, () => 0)`)).toBe(421);
  await context.close();
});

test("a form of another page does not get through, and a link that was used is refused", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://localhost:${otherPort}/`);
  const answered = page.waitForResponse((response) => response.url().includes("/api/v1/"));
  await page.evaluate(`
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: "http://cowork.localhost:${port}/api/v1/stop", enctype: "text/plain" });
    document.body.append(form);
    form.submit();
  `);
  expect((await answered).status()).toBeGreaterThanOrEqual(400);
  await context.close();
  const again = await openPage(browser, link.url, { expected: /401|Failed to load/ });
  await again.page.getByText("Run cowork ui to sign in again.").waitFor();
  expect(again.problems).toEqual([]);
  await again.context.close();
});
