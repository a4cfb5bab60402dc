// Makes the pictures of the page in docs/web/: a real run with three sessions, one of which waits. `npm run pictures`
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { SignInLink } from "../../src/contract/http/auth.ts";
import { launchBrowser, phone, wide } from "../support/browser/browser.ts";
import { sampleProject } from "../support/git/sample-project.ts";
import { tree } from "../support/git/tree.ts";
import { temporaryHome } from "../support/home/home.ts";
import { runCowork } from "../support/home/run-cowork.ts";
import { logInOnTerminal } from "../support/stand-in/log-in.ts";
import { scriptIssue, type Step, type Usage } from "../support/stand-in/script.ts";
import { startVendor } from "../support/stand-in/vendor.ts";

const folder = join(tree, "docs", "web");

const bash = (command: string): NonNullable<Step["tools"]> => [
  { name: "Bash", input: { command, description: "made up" } },
];

/** What the agents do, by session. */
const tasks: Record<string, { title: string; steps: Step[]; permissions: string; until: string }> = {
  "fix-login": {
    title: "Keep the e-mail after a wrong password, and add a test.",
    steps: [
      {
        text: "The form forgets everything on an error. I look at how the error comes back first.",
        tools: bash("git log --oneline -3"),
      },
      {
        text: "I keep the **e-mail** and clear the password only:\n\n- `login.ts` keeps its state\n- a test covers it",
        tools: bash("printf 'export const keep = (email: string) => ({ email });\\n' >login.ts"),
      },
      {
        text: "Now the test, and a dry run of the release.",
        tools: bash("npm test -- --run login \\\n  && npm publish --dry-run"),
      },
      { text: "Done." },
    ],
    permissions: "ask",
    until: "waiting",
  },
  search: {
    title: "Search orders by their text.",
    steps: [{ text: "I build the index.", tools: bash("ls") }, { hang: true }],
    permissions: "all",
    until: "working",
  },
  docs: {
    title: "Fix the broken links.",
    steps: [
      { tools: bash("printf '# Docs\\n\\nAll links work.\\n' >docs.md") },
      { text: "Fixed two links in one page." },
    ],
    permissions: "all",
    until: "done",
  },
};

/** The issues that the tasks name. */
const issues: Record<string, string> = { "fix-login": "214", search: "198", docs: "220" };

test("the pictures of the page", { timeout: 600_000 }, async () => {
  await mkdir(folder, { recursive: true });
  const [home, vendor, browser] = await Promise.all([temporaryHome(), startVendor("web-pictures"), launchBrowser()]);
  const cwd = await sampleProject(home, "none", { name: "shop" });
  const cowork = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCowork(args, { home, cwd, env: { COWORK_BASE_IMAGE: vendor.image } });
    if (code !== 0) throw new Error(`cowork ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  try {
    await cowork("init", ...Object.keys(tasks));
    await vendor.adoptSessions(home.hash);
    await logInOnTerminal(home, vendor, cwd);
    for (const [session, { title, steps, permissions }] of Object.entries(tasks)) {
      await vendor.script(
        issues[session] ?? session,
        steps.map((step, n) => ({ ...step, usage: usageOf(n) })),
      );
      await cowork("run", session, `${title} ${scriptIssue(issues[session] ?? session)}`, "--permissions", permissions);
    }
    await approveUntilPublish(cowork);
    await cowork("wait", "docs", "--for", "done", "--timeout", "2m");
    for (const [name, viewport, colorScheme] of [
      ["wide", wide, "light"],
      ["wide-dark", wide, "dark"],
      ["phone", phone, "light"],
    ] as const) {
      const { url } = JSON.parse(await cowork("ui", "pair", "--role", "full", "--json")) as SignInLink;
      const context = await browser.newContext({ viewport, colorScheme, isMobile: viewport === phone });
      const page = await context.newPage();
      await page.goto(url);
      await takePictures(page, name);
      await context.close();
    }
  } finally {
    await browser.close();
    await cowork("serve", "--stop").catch(() => undefined);
    // Runs that are active would write into the home while it is removed.
    await cowork("clean", ...Object.keys(tasks), "--force").catch(() => undefined);
    try {
      await home.remove();
    } finally {
      await vendor.stop();
    }
  }
  expect(await readdir(folder)).toHaveLength(10);
});

/** As much as real work uses. */
function usageOf(step: number): Partial<Usage> {
  return { input_tokens: 21_000 + 9_000 * step, output_tokens: 1_400 + 700 * step };
}

/** Answers all but the last question of the first session, which the pictures show. */
async function approveUntilPublish(cowork: (...args: string[]) => Promise<string>): Promise<void> {
  for (;;) {
    await cowork("wait", "fix-login", "--for", "waiting", "--timeout", "2m");
    const { approvals } = JSON.parse(await cowork("approvals", "--json")) as {
      approvals: { id: string; text: string }[];
    };
    const [one] = approvals;
    if (one === undefined) continue;
    if (one.text.includes("publish")) return;
    await cowork("approve", one.id);
  }
}

async function takePictures(page: Page, name: string): Promise<void> {
  const { origin } = new URL(page.url());
  const take = async (view: string, hash: string, what: string): Promise<void> => {
    await page.goto(`${origin}/${hash}`);
    await page.getByText(what).first().waitFor();
    if (view === "now") {
      for (const text of [/uncommitted|not pulled|all pulled/, "by project"])
        await page.getByText(text).first().waitFor();
    }
    // Fonts, and what the end of the conversation scrolls to.
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `${view}-${name}.png`) });
  };
  await take("now", "#/", "waits for you");
  await take("session", "#/session/shop-fix-login@local", "waits for your answer");
  await take("approval", "#/approvals", "shown whole");
  if (name === "wide") await take("diff", "#/session/shop-fix-login@local/diff", "login.ts");
}
