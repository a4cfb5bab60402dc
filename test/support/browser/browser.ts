import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { expect } from "vitest";
import { ensureChromium } from "./chromium.ts";

export const wide = { width: 1600, height: 1000 };
export const phone = { width: 360, height: 740 };

/** Launches Chromium. Names below `localhost` resolve without help; `hosts` maps others to this machine. */
export async function launchBrowser(hosts: readonly string[] = []): Promise<Browser> {
  const { path, env } = await ensureChromium();
  const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(",");
  return await chromium.launch({
    executablePath: path,
    env: { ...(process.env as Record<string, string>), ...env },
    args: ["--no-sandbox", "--disable-gpu", ...(rules === "" ? [] : [`--host-resolver-rules=${rules}`])],
  });
}

/** A page with everything that went wrong in it. */
export interface Watched {
  page: Page;
  context: BrowserContext;
  /** errors on the console, uncaught errors, violations of the CSP, and requests to other places */
  problems: string[];
}

interface Options {
  viewport?: { width: number; height: number };
  colorScheme?: "light" | "dark";
  /** what the console may say, because the test makes it happen */
  expected?: RegExp;
  /** runs in the page before its own scripts */
  script?: string;
}

/** Opens a page of the server as a person does who follows the link of `cowork ui`. */
export async function openPage(browser: Browser, link: string, options: Options = {}): Promise<Watched> {
  const { viewport = wide, colorScheme = "light", expected, script = "" } = options;
  const context = await browser.newContext({
    viewport,
    colorScheme,
    ...(viewport.width < 600 ? { hasTouch: true, isMobile: true } : {}),
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const note = (text: string): void => {
    // Networks of other tests' containers come and go, and the browser breaks its connections then. The page connects again.
    if (!text.includes("ERR_NETWORK_CHANGED") && expected?.test(text) !== true) problems.push(text);
  };
  const { origin } = new URL(link);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") note(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(?:data|blob):/.test(request.url()))
      note(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    note(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(`
    addEventListener("securitypolicyviolation", (event) => console.error("CSP: " + event.violatedDirective + " " + event.blockedURI));
    ${script}
  `);
  await page.goto(link).catch(async (error: unknown) => {
    if (!String(error).includes("ERR_NETWORK_CHANGED")) throw error;
    await page.goto(link);
  });
  return { page, context, problems };
}

/** Waits until an expression is true in the page. Not by playwright's own way, which the page's CSP refuses. */
export async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(async () => await page.evaluate(expression), { timeout: 30_000, message: expression }).toBe(true);
}
