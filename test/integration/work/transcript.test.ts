import { afterAll, beforeAll, expect, test } from "vitest";
import { createOwnTranscript } from "../../../src/work/transcript/own-transcript.ts";
import { isInTerminal } from "../../../src/work/state/in-terminal.ts";
import type { WorkPlace } from "../../../src/work/types.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { logInByHand, plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { scriptFile } from "../../support/stand-in/script.ts";
import { playTerminal } from "../../support/stand-in/terminal.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

// The transcript that the real program keeps of a conversation in a terminal, read on the host.

let vendor: Vendor;
let host: AgentHost;
let session: PlainSession;

beforeAll(async () => {
  vendor = await startVendor("transcript");
  host = await agentHost();
  await logInByHand(host, vendor);
  session = await plainSession(host, vendor, { id: "p-transcript" });
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

function place(): WorkPlace {
  const { id, container } = session;
  const at = { id: container, running: true, startedAt: "", user: "", workspaceFolder: "/work" };
  return { id, name: id, project: "p", agent: host.agent, createdAt: "", container: at };
}

test("what the agent did in a terminal is read from its transcript, and it is known to be there", async () => {
  const { ctx } = host;
  expect(await isInTerminal(ctx, place())).toBe(false);
  await vendor.script("notes", [
    { text: "I look.", tools: [{ name: "Bash", input: { command: "ls", description: "made up" } }] },
    { tools: [{ name: "Bash", input: { command: "ls no-such-file", description: "made up" } }] },
    { text: "All done." },
  ]);
  const interrupt = new AbortController();
  const terminal = playTerminal({ columns: 100, signal: interrupt.signal });
  const { sessionUid, sessionGid } = ctx.user;
  const spec = {
    command: ["/opt/cowork/bin/claude", "--permission-mode", "manual", scriptFile("notes")] as const,
    user: `${sessionUid}:${sessionGid}`,
    workingDir: "/work",
    env: { TERM: "xterm-256color", HOME: "/tmp" },
  };
  const ended = ctx.engine.attach(session.container, spec, terminal.io).catch(() => 0);
  try {
    await terminal.waitFor(/All ?done/);
    const read = createOwnTranscript(ctx, place());
    const lines: string[] = [];
    for (let tries = 0; tries < 200 && !lines.includes("All done."); tries += 1) {
      lines.push(...(await read()));
      await ctx.clock.sleep(100);
    }
    expect(lines[0]).toBe(`> ${scriptFile("notes")}`);
    expect(lines).toEqual(expect.arrayContaining(["I look.", "● Bash  ls", "● Bash  ls no-such-file"]));
    expect(lines.filter((line) => line.startsWith("  ✗"))).toHaveLength(1);
    expect(lines.join("\n")).not.toMatch(/system-reminder|task-notification/);
    expect(await isInTerminal(ctx, place())).toBe(true);
  } finally {
    await session.run(["sh", "-c", "for p in $(pidof claude); do kill -9 $p; done"]);
    interrupt.abort();
    await ended;
  }
  expect(await isInTerminal(ctx, place())).toBe(false);
});
