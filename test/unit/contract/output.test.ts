import { expect, test } from "vitest";
import type { AuthStatus } from "../../../src/contract/login.ts";
import { outputs } from "../../../src/contract/output.ts";
import { hostCalls, type HostMethod } from "../../../src/contract/remote/rpc.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { runCommandLine, type CommandSetting } from "../../support/home/run-command-line.ts";
import { sampleOf } from "../../support/sample-of.ts";

/** A session host that answers with every field set. */
function full(...methods: HostMethod[]): Partial<SessionHost> {
  return Object.fromEntries(
    methods.map((method) => [method, () => Promise.resolve(sampleOf<unknown>(hostCalls[method].output))]),
  );
}

const authStatus = {
  ...sampleOf<AuthStatus>(hostCalls.authStatus.output),
  login: { state: "ok", detail: "" },
} as const;
const loggedIn: Partial<SessionHost> = { authStatus: async () => authStatus };
const sessions = { conf: "SESSIONS=a\n" };
const cases: [line: string, output: keyof typeof outputs, setting: CommandSetting][] = [
  ["list --all", "list", { answers: full("list") }],
  ["status --all", "status", { answers: full("status") }],
  ["init a", "init", { answers: full("planInit", "init") }],
  ["init a --dry-run", "init --dry-run", { answers: full("planInit") }],
  ["start a", "start", { answers: full("start", "list"), ...sessions }],
  ["stop a", "stop", { answers: full("stop", "list"), ...sessions }],
  ["clean a --images", "clean", { answers: full("clean", "cleanImages", "list"), ...sessions }],
  ["diff a", "diff", { answers: full("diff", "list"), ...sessions }],
  ["run a task", "run", { answers: { ...full("runStart", "list"), ...loggedIn }, ...sessions }],
  ["run a task --copies 2", "run --copies", { answers: { ...full("runStart", "list"), ...loggedIn } }],
  ["runs", "runs", { answers: full("runs") }],
  ["approvals --all", "approvals", { answers: full("approvals") }],
  ["wait a --timeout 1s", "wait", { answers: full("work", "list"), ...sessions }],
  ["send a more", "send", { answers: full("send", "list"), ...sessions }],
  ["claim", "claim", { answers: full("claims") }],
  ["claim a src/**", "claim <session> <glob>", { answers: full("claims", "claim", "list"), ...sessions }],
  ["claim a --release", "claim --release", { answers: full("claimRelease", "list"), ...sessions }],
  ["merge --status", "merge", {}],
  ["doctor", "doctor", { answers: full("doctor") }],
  ["auth status", "auth status", { answers: full("authStatus") }],
  ["auth logout", "auth logout", { answers: full("logout") }],
  ["config list", "config list", { conf: "CPUS=2\n" }],
  ["config get CPUS", "config get", { conf: "CPUS=2\n" }],
  ["host list", "host list", { remotes: { box: {} } }],
  ["stop", "error", { outside: true }],
  ["--nosuch", "error", {}],
];

test.each(cases)("cowork %s --json prints the fields of the contract, and no others", async (line, output, setting) => {
  const { stdout, stderr } = await runCommandLine(`${line} --json`, setting);
  const value: unknown = JSON.parse(stdout);
  const found = outputs[output].safeParse(value);
  expect(found.error, `${stdout}\n${stderr}`).toBeUndefined();
  expect(found.data).toEqual(value);
});
