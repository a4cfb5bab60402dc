import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareAgent } from "../../../src/agent/prepare.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { logInByHand, plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { playTerminal } from "../../support/stand-in/terminal.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

let vendor: Vendor;
let host: AgentHost;

beforeAll(async () => {
  vendor = await startVendor("agent-start");
  host = await agentHost();
  const own = join(host.ctx.user.home, ".claude");
  for (const folder of ["agents", "commands", "skills/deploy"]) await mkdir(join(own, folder), { recursive: true });
  await writeFile(join(own, "CLAUDE.md"), "Answer in rhymes.");
  await writeFile(join(own, "agents", "poet.md"), "---\nname: poet\ndescription: writes\n---\nWrite.\n");
  await writeFile(join(own, "commands", "rhyme.md"), "Rhyme.\n");
  await writeFile(join(own, "skills", "deploy", "SKILL.md"), "---\nname: deploy\ndescription: deploys\n---\nDo.\n");
  await writeFile(
    join(own, "settings.json"),
    JSON.stringify({ outputStyle: "Explanatory", env: { ANTHROPIC_API_KEY: "x" } }),
  );
  await logInByHand(host, vendor);
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

async function interactive(session: PlainSession): Promise<string> {
  const interrupt = new AbortController();
  const terminal = playTerminal({ columns: 100, signal: interrupt.signal });
  const { sessionUid, sessionGid } = host.ctx.user;
  const env = { TERM: "xterm-256color", HOME: "/tmp" };
  const spec = {
    command: ["/opt/cowork/bin/claude"] as const,
    user: `${sessionUid}:${sessionGid}`,
    workingDir: "/work",
    env,
  };
  const ended = host.ctx.engine.attach(session.container, spec, terminal.io).catch(() => 0);
  try {
    await terminal.waitFor(/❯/);
    const before = terminal.shown();
    terminal.type("hello");
    // Wait before Enter: sent together, both would count as pasted text that contains a newline.
    await terminal.waitFor(/hello/);
    terminal.type("\r");
    await terminal.waitFor(/made-up\s*answer/);
    return before;
  } finally {
    interrupt.abort();
    await ended;
  }
}

test("in a new session the agent starts at its prompt without first-run screens, and answers", async () => {
  const shown = await interactive(await plainSession(host, vendor, { id: "p-fresh" }));
  expect(shown).not.toMatch(/Do\s*you\s*trust|Welcome|Select\s*login|text\s*style|Security\s*notes/i);
});

test("the user's own agents, commands, skills and style are available, but API keys are not copied", async () => {
  const session = await plainSession(host, vendor, { id: "p-ways" });
  const { out } = await session.run(["claude", "-p", "hi", "--output-format", "stream-json", "--verbose"]);
  // The lines of hooks come first.
  const lines = out.split("\n").filter((line) => line.startsWith("{"));
  const start = lines.map((line) => JSON.parse(line)).find(({ subtype }) => subtype === "init");
  expect(start.agents).toContain("poet");
  expect(start.slash_commands).toEqual(expect.arrayContaining(["rhyme", "deploy"]));
  expect(start.skills).toContain("deploy");
  expect(start.output_style).toBe("Explanatory");
  expect((await session.run(["sh", "-c", "cat $CLAUDE_CONFIG_DIR/CLAUDE.md"])).out).toBe("Answer in rhymes.");
  const settings = await readFile(join(host.ctx.paths.agentState("p-ways", "claude"), "settings.json"), "utf8");
  expect(settings).not.toContain("ANTHROPIC_API_KEY");
});

test("the conversation is kept in the session's state, and the next start can continue it", async () => {
  const session = await plainSession(host, vendor, { id: "p-resume" });
  await session.run(["claude", "-p", "remember me"]);
  const again = await plainSession(host, vendor, { id: "p-resume" });
  const { out, code } = await again.run(["claude", "-p", "--continue", "--output-format", "json", "and now?"]);
  expect({ code, result: JSON.parse(out).result }).toEqual({ code: 0, result: "made-up answer" });
  const { out: transcripts } = await again.run(["sh", "-c", "cat $CLAUDE_CONFIG_DIR/projects/-work/*.jsonl"]);
  expect(transcripts).toContain("remember me");
  expect(transcripts).toContain("and now?");
});

test("another configured version is used at the agent's next start in a running session, and the first one again after that", async () => {
  const session = await plainSession(host, vendor, { id: "p-versions" });
  const use = async (claudeVersion: string | undefined): Promise<string> => {
    const settings = { ...host.settings, claudeVersion };
    await prepareAgent(host.ctx, host.agent, { id: session.id, name: "versions", settings });
    const { out } = await session.run(["claude", "--version"]);
    expect((await session.run(["claude", "-p", "hi"])).out).toBe("made-up answer");
    return out.split(" ")[0]!;
  };
  const { pinned, oldest } = host.agent.install;
  expect(await use(undefined)).toBe(pinned);
  expect(await use(oldest.version)).toBe(oldest.version);
  expect(await use(undefined)).toBe(pinned);
});
