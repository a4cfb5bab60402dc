import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { busy, overloaded, unauthorized, usageLimit, usageWarning } from "../../support/stand-in/control.ts";
import { startHeadless, type Line } from "../../support/stand-in/headless.ts";
import { endAccessToken, logInByHand, plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { script, scriptFile, type Step } from "../../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";
import { openTerminal } from "../../support/tmux-terminal.ts";

// The stand-in itself: what other tests rely on when they make the real agent do something.

let vendor: Vendor;
let host: AgentHost;
let session: PlainSession;

beforeAll(async () => {
  vendor = await startVendor("agent-stand-in");
  host = await agentHost();
  await logInByHand(host, vendor);
  session = await plainSession(host, vendor, { id: "p-script" });
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

const bash = (command: string): Step => ({ tools: [{ name: "Bash", input: { command } }] });
const content = (name: string): Promise<string> => readFile(join(session.work, name), "utf8");

/** The result of one prompt without a terminal. The variable keeps the agent's repetitions short. */
async function ask(prompt: string, ...args: string[]): Promise<Line> {
  const command = ["claude", "-p", prompt, "--output-format", "json", ...args];
  const { out } = await session.run(command, { env: ["CLAUDE_CODE_MAX_RETRIES=1"] });
  return JSON.parse(out) as Line;
}

test("a script in the prompt makes the agent use its tools, and says what that costs", async () => {
  const prompt = script([
    { text: "I write.", tools: [{ name: "Write", input: { file_path: "/work/a.txt", content: "one\n" } }] },
    { tools: [{ name: "Edit", input: { file_path: "/work/a.txt", old_string: "one", new_string: "two" } }] },
    bash("cat a.txt a.txt >b.txt"),
    { text: "All done.", usage: { output_tokens: 50_000 } },
  ]);
  const cheap = await ask("hi");
  const result = await ask(prompt, "--permission-mode", "bypassPermissions");
  expect(result).toMatchObject({ is_error: false, result: "All done." });
  expect(await content("b.txt")).toBe("two\ntwo\n");
  expect(cheap.total_cost_usd).toBeLessThan(0.01);
  expect(result.total_cost_usd).toBeGreaterThan(0.1);
});

test("without a terminal: questions wait for their answers, and a second prompt continues the conversation", async () => {
  const agent = startHeadless(session, ["--permission-mode", "manual"]);
  const question = "Which one?";
  const options = ["Red", "Blue"].map((label) => ({ label, description: label }));
  const choice = { questions: [{ question, header: "Colour", multiSelect: false, options }] };
  await agent.prompt(
    script([bash("touch asked"), { tools: [{ name: "AskUserQuestion", input: choice }] }, { text: "First." }]),
  );
  const tool = await agent.question("Bash");
  await agent.answer(tool, { behavior: "allow", updatedInput: tool.request!.input });
  const asked = await agent.question("AskUserQuestion");
  expect(asked.request!.input).toEqual(choice);
  await agent.answer(asked, { behavior: "allow", updatedInput: { ...choice, answers: { [question]: "Blue" } } });
  const first = await agent.result(1);
  expect(first.result).toBe("First.");
  expect(JSON.stringify(agent.lines)).toContain(`\\"${question}\\"=\\"Blue\\"`);
  await agent.prompt(script([{ text: "Second." }]));
  expect(await agent.result(2)).toMatchObject({ result: "Second.", session_id: first.session_id });
  expect(await content("asked")).toBe("");
  expect(await agent.end()).toBe(143);
});

test("a plan is asked about before it is carried out", async () => {
  const agent = startHeadless(session, ["--permission-mode", "plan"]);
  const plan: Step = { text: "My plan.", tools: [{ name: "ExitPlanMode", input: {} }] };
  await agent.prompt(script([plan, { text: "Carried out." }]));
  const asked = await agent.question("ExitPlanMode");
  await agent.answer(asked, { behavior: "allow", updatedInput: asked.request!.input });
  expect((await agent.result(1)).result).toBe("Carried out.");
  await agent.end();
});

test("a subagent follows its own script, and the main conversation goes on when it has ended", async () => {
  await vendor.script("sub", [bash("touch by-sub"), { text: "Sub is done." }]);
  const input = { description: "look", prompt: scriptFile("sub"), subagent_type: "general-purpose" };
  const agent = startHeadless(session, ["--permission-mode", "bypassPermissions"]);
  await agent.prompt(script([{ tools: [{ name: "Agent", input }] }, { text: "Started." }, { text: "Heard." }]));
  expect((await agent.result(1)).result).toBe("Started.");
  expect((await agent.result(2)).result).toBe("Heard.");
  expect(await content("by-sub")).toBe("");
  await agent.end();
});

test("in a terminal: a tool is asked about in a dialog, and runs after Enter", async () => {
  const prompt = script([bash("touch in-terminal"), { text: "Seen, one word after the other.", slow: 50 }]);
  const command = session.inside(["claude", "--permission-mode", "manual", prompt], {
    tty: true,
    env: ["TERM=xterm-256color"],
  });
  const terminal = await openTerminal(command, { columns: 100, rows: 40 });
  try {
    await terminal.shows("Do you want to proceed?");
    await terminal.type("Enter");
    await terminal.shows("Seen, one word after the other.");
    expect(await content("in-terminal")).toBe("");
  } finally {
    await terminal.close();
  }
});

test("the vendor's failures, for some requests or for all", async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 3600;
  await vendor.control({ messages: usageLimit(resetsAt) });
  expect(await ask("hi")).toMatchObject({
    is_error: true,
    api_error_status: 429,
    result: expect.stringMatching(/resets/),
  });
  await vendor.control({ messages: busy });
  expect(await ask("hi")).toMatchObject({
    api_error_status: 429,
    result: expect.stringMatching(/not your usage limit/),
  });
  await vendor.control({ messages: overloaded });
  expect(await ask("hi")).toMatchObject({ is_error: true, api_error_status: 529 });
  await vendor.control({ messages: unauthorized });
  expect(await ask("hi")).toMatchObject({ is_error: true, api_error_status: 401 });
  // those that are repeated succeed in the end
  await vendor.control({ messages: { ...overloaded, times: 1 } });
  expect(await ask("hi")).toMatchObject({ is_error: false, result: "made-up answer" });
  await vendor.control({});
  expect(await ask(script([{ status: 500, times: 1, text: "After all." }]))).toMatchObject({ result: "After all." });
});

test("the usage limit's reset is in the stream, as a warning and when it is reached", async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 3600;
  const agent = startHeadless(session);
  const limit = (status: string): Promise<Line> =>
    agent.waitFor((line) => line.type === "rate_limit_event" && line.rate_limit_info?.status === status);
  await vendor.control({ messages: usageWarning(resetsAt) });
  await agent.prompt("hi");
  expect(await limit("allowed_warning")).toMatchObject({ rate_limit_info: { resetsAt, utilization: 0.92 } });
  await vendor.control({ messages: usageLimit(resetsAt + 60) });
  await agent.prompt("hi again");
  expect(await limit("rejected")).toMatchObject({ rate_limit_info: { resetsAt: resetsAt + 60 } });
  await vendor.control({});
  await agent.end();
});

test("a vendor that never answers", async () => {
  await vendor.clearJournal();
  const agent = startHeadless(session);
  await agent.prompt(script([{ hang: true }]));
  const requests = async (): Promise<number> => (await vendor.journal()).filter(({ hangs }) => hangs).length;
  await vi.waitUntil(async () => (await requests()) > 0, { timeout: 20_000 });
  expect(agent.lines.filter((line) => line.type === "assistant")).toEqual([]);
  expect(await agent.end()).toBe(143);
});

test("a refresh that is refused ends the login", async () => {
  const vault = join(host.ctx.paths.vault("claude"), ".credentials.json");
  const login = await readFile(vault);
  // the fake accepts every access token of a login, also an expired one
  await vendor.control({ refuseRefresh: true, messages: unauthorized });
  await endAccessToken(host);
  expect(await ask("hi")).toMatchObject({
    is_error: true,
    result: expect.stringMatching(/could not be refreshed|Failed to authenticate/),
  });
  await vendor.control({});
  await writeFile(vault, login);
  expect(await ask("hi")).toMatchObject({ is_error: false, result: "made-up answer" });
});
