import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { userEnvironment } from "../test/support/home/run-cowork.ts";
import { tree } from "../test/support/git/tree.ts";
import { median, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";

const conversation = "aaaaaaaa-0000-4000-8000-000000000001";

/** Processor time of the hook that reports each event, of a session's state, and of the way of an answer. */
export async function measureAtWork(place: Place, rounds: number): Promise<Entry[]> {
  const hook = await hookTimes(place, rounds);
  const [state, answer] = [await stateTimes(place, rounds), await answerTimes(place, rounds)];
  const ratios = hook.map(({ own, bare }) => own / bare);
  const own = hook.map((one) => one.own);
  return [
    { name: "hook_cpu", value: Math.min(...own), unit: "ms", goal: 15, runs: own },
    { name: "hook_cpu_vs_sh", value: median(ratios), unit: "ratio", goal: undefined, runs: ratios },
    { name: "event_to_list", value: median(state), unit: "ms", goal: 1000, runs: state },
    { name: "answer_to_command", value: median(answer), unit: "ms", goal: 1000, runs: answer },
  ];
}

/** In ms for one event, and for a shell that does nothing. The least of all rounds counts: other load only adds. */
async function hookTimes(place: Place, rounds: number): Promise<{ own: number; bare: number }[]> {
  const folder = join(place.scratch, "hook");
  await mkdir(join(folder, "inbox"), { recursive: true });
  const input = join(folder, "input");
  const tool = { tool_name: "Bash", tool_input: { command: "make test ".repeat(40) } };
  await writeFile(input, `${JSON.stringify({ session_id: conversation, hook_event_name: "PreToolUse", ...tool })}\n`);
  const script = join(tree, "templates", "agent", "bin", "agent-event");
  const times: { own: number; bare: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const own = await childrenTime(place, `sh ${script} PreToolUse ${folder} <${input}`);
    times.push({ own, bare: await childrenTime(place, `sh -c : <${input}`) });
    await rm(join(folder, "inbox"), { recursive: true });
    await mkdir(join(folder, "inbox"));
  }
  return times;
}

const often = 100;

/** Milliseconds that a command's processes take of the processor, by the shell that calls it often. */
async function childrenTime(place: Place, command: string): Promise<number> {
  const text = await place.run("sh", "-c", `n=0; while [ $n -lt ${often} ]; do ${command}; n=$((n+1)); done; times`);
  const children = text.trim().split("\n").at(-1) ?? "";
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  return (seconds.reduce((sum, one) => sum + one, 0) / often) * 1000;
}

/** From an event in the container until `list` shows its state. */
async function stateTimes(place: Place, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const command = `made-up-${round}`;
    const report = { session_id: conversation, tool_name: "Bash", tool_input: { command } };
    const start = performance.now();
    const hook = `printf '%s\\n' '${JSON.stringify(report)}' | /opt/cowork/bin/agent-event PreToolUse`;
    await place.cowork("connect", "s1", "--", "sh", "-c", hook);
    const connected = performance.now() - start;
    while (!(await place.cowork("list", "--json")).includes(command)) await delay(20);
    // The way into the container is another figure.
    times.push(performance.now() - start - connected);
  }
  return times;
}

/** From the call of `cowork approve` until the hook that holds the agent's command back has ended. */
async function answerTimes(place: Place, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { ended } = askIn(place, "s1", `make made-up-${round}`);
    const id = await openApproval(place);
    const start = performance.now();
    await place.cowork("approve", id);
    const code = await ended;
    times.push(performance.now() - start);
    if (code !== 0) throw new Error(`the answer did not reach the hook (exit code ${code})`);
  }
  return times;
}

/** The agent's hook asks in a session whether a command may run. @returns its end, with code 0 if it may */
export function askIn(place: Place, session: string, command: string): { ended: Promise<number | null> } {
  const input = { session_id: conversation, hook_event_name: "PermissionRequest", tool_name: "Bash" };
  const request = JSON.stringify({ ...input, tool_input: { command } });
  const ask = `printf '%s\\n' '${request}' | /opt/cowork/bin/agent-approve | grep -q '"allow"'`;
  const words = ["connect", session, "--", "sh", "-c", ask];
  const env = userEnvironment(place.home);
  const held = spawn(join(place.home.bin, "cowork"), words, { cwd: place.project, env, stdio: "ignore" });
  return { ended: once(held, "exit").then(([code]: (number | null)[]) => code ?? null) };
}

/** The id of the one approval that is open. */
export async function openApproval(place: Place): Promise<string> {
  for (;;) {
    const { approvals } = JSON.parse(await place.cowork("approvals", "--json")) as { approvals: { id: string }[] };
    const [open] = approvals;
    if (open !== undefined) return open.id;
    await delay(50);
  }
}
