import { expect, test } from "vitest";
import { allAgents, getAgent } from "../../../src/agent/catalog.ts";
import { launchFile } from "../../../src/agent/launch-file.ts";
import type { Agent } from "../../../src/agent/types.ts";
import { sampleAgent } from "../../support/fakes/sample-agent.ts";

const user = { sessionUid: 1000, sessionGid: 1001 };

test("everything that the launcher must know about an agent is in its file", () => {
  expect(launchFile(sampleAgent, "1.2.3", user).split("\n")).toEqual([
    "version=1.2.3",
    "uid=1000",
    "gid=1001",
    "title=Sample Agent",
    "program=linux-x64 1.2.3/linux-x64 vendor/bin/sample",
    "program=linux-x64-musl 1.2.3/linux-x64 vendor/bin/sample",
    "need=linux-x64-musl libsample.so.6 add the package sample-libs",
    "refuse=linux-arm64 its vendor has no program for this processor",
    "refuse=linux-arm64-musl its vendor has no program for this processor",
    "unset=SAMPLE_URL",
    "unset=SAMPLE_DEBUG_*",
    "env=SAMPLE_HOME=/cowork/session/sample",
    "installed=SAMPLE_CACHE=cache",
    "arg=two words; $(no command) 'quoted'",
    "arg=--first",
    "vault=/cowork/auth/sample",
    "config=/cowork/session/sample",
    "login=token",
    "how=cowork auth login --agent sample",
    "link=login.json",
    "secret=SAMPLE_TOKEN=token",
    "process=MainThread",
    "start=/opt/cowork/agents/sample/",
    "lock=/cowork/auth/sample/.renewal.lock",
    "renew=sample-renew",
    "",
  ]);
});

test("Claude's file starts as an older launcher and an older cowork expect it, and is not larger than they read", () => {
  const content = launchFile(getAgent("claude"), "2.1.329", user);
  expect(content).toMatch(/^version=2\.1\.329\nuid=1000\ngid=1001\n/);
  for (const agent of allAgents()) expect(launchFile(agent, "1000.1000.1000", user).length).toBeLessThan(4096);
  // The older launcher takes the last of these, wherever it is.
  expect(content.match(/^(?:version|uid|gid)=/gm)).toHaveLength(3);
});

const wrong: [string, Partial<Agent["launch"]>][] = [
  ["a line end in an argument", { args: ["one\nsecret=X=.."] }],
  ["a line end in a variable's value", { env: { A: "1\nuid=0" } }],
  ["a variable's name that is none", { env: { "A B": "1" } }],
  ["a command as a variable's name", { env: { "A$(id)": "1" } }],
  ["a link outside of the folder", { links: ["../other/login.json"] }],
  ["a secret outside of the vault", { secret: { variable: "A", file: "../claude/.credentials.json" } }],
];
test.each(wrong)("%s never reaches the launcher", (_, launch) => {
  const agent = { ...sampleAgent, launch: { ...sampleAgent.launch, ...launch } };
  expect(() => launchFile(agent, "1.2.3", user)).toThrow("The launcher's file of an agent");
});
