import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SignInLink } from "../../src/contract/http/auth.ts";
import { launchBrowser, openPage, phone, wide } from "../support/browser/browser.ts";
import { git, sampleProject } from "../support/git/sample-project.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { logInOnTerminal } from "../support/stand-in/log-in.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

// The main job in the page, with the built file, its server, a real session and the real agent: a session is made, a task handed over,
// its question answered, the diff read and the work pulled. Once on a wide screen, once on a phone.

let browser: Browser;
let vendor: Vendor;
let home: TestHome;
let cwd: string;

const cowork = (...args: string[]): Promise<CoworkResult> =>
  runCowork(args, { home, cwd, env: { COWORK_BASE_IMAGE: vendor.image } });

beforeAll(async () => {
  [browser, vendor, home] = await Promise.all([launchBrowser(), startVendor("browser-main-job"), temporaryHome()]);
  cwd = await sampleProject(home, "none", { name: "shop" });
  await cowork("init", "first");
  await vendor.adoptSessions(home.hash);
  await logInOnTerminal(home, vendor, cwd);
});

afterAll(async () => {
  await browser?.close();
  await cowork("serve", "--stop");
  await home?.remove();
  await vendor?.stop();
});

async function link(): Promise<string> {
  const { code, stdout, stderr } = await cowork("ui", "pair", "--role", "full", "--json");
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as SignInLink).url;
}

/** Hands a task over that writes a file, approves it, reads the diff and pulls. */
async function mainJob(page: Page, file: string): Promise<void> {
  const task = script([
    {
      text: "I **add** it.",
      tools: [{ name: "Bash", input: { command: `echo ${file} >${file}`, description: "made up" } }],
    },
    { text: `Added ${file}.` },
  ]);
  await page.getByRole("button", { name: "New run" }).click();
  await page.getByLabel("Task").fill(task);
  await page.getByRole("combobox", { name: "Session", exact: true }).selectOption({ label: "api (shop)" });
  await page.getByRole("combobox", { name: "Without asking it may" }).selectOption("ask");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  // The page is not loaded again from here on: what happens shows by itself.
  await page.getByRole("heading", { name: "1 session waits for you" }).waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Review" }).click();
  await page.getByRole("region", { name: "The whole request" }).getByText(`echo ${file} >${file}`).waitFor();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByText("All quiet").waitFor();
  await page.getByRole("link", { name: "Now", exact: true }).click();
  await page.getByRole("link", { name: "api", exact: true }).click();
  await page.getByText(`Added ${file}.`).first().waitFor({ timeout: 60_000 });
  await page.locator(".facts .pill", { hasText: "completed" }).waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Diff" }).click();
  await page.locator(".diff-files").getByText(file, { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "Pull" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pull" }).click();
  await page.getByText("Pulled shop-api").waitFor({ timeout: 60_000 });
  expect(await git(cwd, "show", `api:${file}`)).toBe(file);
}

test("a session is made, a task approved, its diff read and the work pulled", { timeout: 240_000 }, async () => {
  const { page, problems, context } = await openPage(browser, await link(), { viewport: wide });
  await page.getByRole("button", { name: "New session" }).click();
  await page.getByLabel("Name").fill("api");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Created api").waitFor({ timeout: 120_000 });
  await page.getByRole("link", { name: "api", exact: true }).waitFor();
  await vendor.adoptSessions(home.hash);
  await mainJob(page, "wide.txt");
  expect(problems).toEqual([]);
  await context.close();
});

test("the same on a phone", { timeout: 240_000 }, async () => {
  const { page, problems, context } = await openPage(browser, await link(), { viewport: phone });
  await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
  await mainJob(page, "phone.txt");
  expect(problems).toEqual([]);
  await context.close();
});
