import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ZodMiniType } from "zod/mini";
import { devcontainerPlan } from "../../../src/contract/devcontainer/devcontainer-plan.ts";
import { sentFailure } from "../../../src/contract/error.ts";
import { hostsFile, trustFile } from "../../../src/contract/files.ts";
import { jobLine, jobRequest, jobResult } from "../../../src/contract/job.ts";
import { cloneOffers, controlOffers, storeOffers, streamedOffers } from "../../../src/contract/remote/offers.ts";
import { sessionRecord } from "../../../src/contract/record.ts";
import { initRequest } from "../../../src/contract/remote/requests.ts";
import { hostCalls, type HostMethod } from "../../../src/contract/remote/rpc.ts";
import { savedCalls } from "../../../src/contract/saved.ts";
import { sessionStatus, sessionView } from "../../../src/contract/session.ts";
import { ttyRequest } from "../../../src/contract/remote/terminal-requests.ts";
import { callHost } from "../../../src/remote/server/plain-calls.ts";
import { serveHost } from "../../../src/remote/server/serve.ts";
import { decodeTtyRequest, encodeTtyRequest } from "../../../src/remote/rpc/tty-request.ts";
import type { Connection } from "../../../src/remote/types.ts";
import { createRemoteHost } from "../../../src/remote/client/remote-host.ts";
import { createLocalHost } from "../../../src/session/local-host.ts";
import { noClient } from "../../../src/session/no-client.ts";
import { fakeConnection } from "../../support/remote/fake-connection.ts";
import { fakeHost } from "../../support/fakes/fake-host.ts";
import { gitWorkshop } from "../../support/git/git-project.ts";
import { runCommandLine } from "../../support/home/run-command-line.ts";
import { sampleOf, samplesOf } from "../../support/sample-of.ts";

// A field added to a schema is sent and stored everywhere with that one edit: the samples here have every field of the schemas.

const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
const methods = Object.keys(hostCalls) as HostMethod[];

test("every function of the session host with plain data has schemas; the others have streams", () => {
  const all = Object.keys(createLocalHost({} as never, noClient));
  expect([...methods, "openClone", "readClone", "connect", "logs", "login", "runFiles"].toSorted()).toEqual(
    all.toSorted(),
  );
});

describe("requests reach a host as they were sent", () => {
  test.each(methods)("%s", async (method) => {
    for (const args of samplesOf(hostCalls[method].input)) {
      const { host, calls } = fakeHost({ [method]: () => Promise.resolve("done") });
      expect(await callHost(host, method, sent(args))).toBe("done");
      expect(calls).toEqual([[method, ...(args as unknown[])]]);
    }
  });

  test.each(methods)("an invalid request reaches nothing: %s", async (method) => {
    const { host, calls } = fakeHost({});
    const [args] = samplesOf(hostCalls[method].input) as [unknown[]];
    for (const bad of [undefined, "x", {}, [], [...args, "more"], args.map(() => null), args.map(() => [1])]) {
      await expect(callHost(host, method, bad)).rejects.toMatchObject({ code: "REQUEST_INVALID", exitCode: 1 });
    }
    expect(calls).toEqual([]);
  });
});

/** A host at the other end of a connection, with the real code of both sides in between. */
async function remoteHost(answers: Parameters<typeof fakeHost>[0]): Promise<ReturnType<typeof createRemoteHost>> {
  const shop = await gitWorkshop();
  const { context: ctx, root } = shop;
  onTestFinished(async () => await shop.end());
  const { host } = fakeHost(answers);
  const file = join(root, "program");
  await writeFile(file, "#!/bin/sh\n");
  const connect = (): Promise<Connection> =>
    Promise.resolve(
      fakeConnection(({ mark, stdout, onLine }) => {
        const input = new PassThrough();
        onLine((line) => input.write(`${line}\n`));
        stdout.write(`${mark} run\n`);
        void serveHost({ ctx, input, output: stdout, makeHost: () => host });
      }),
    );
  const never = (): Promise<never> => Promise.reject(new Error("not asked for here"));
  const program = { file, hash: "abc" };
  return createRemoteHost(ctx, { name: "local", user: noClient, program, connect, source: never, begin: never });
}

describe("answers of a host arrive as they were returned", () => {
  const overTheWire = methods.filter((method) => method !== "init" && method !== "start" && method !== "planInit");
  test.each(overTheWire)("%s", async (method) => {
    const { input, output } = hostCalls[method];
    const answer = sampleOf<unknown>(output);
    const remote = await remoteHost({ [method]: () => Promise.resolve(answer) });
    const args = sampleOf<unknown[]>(input);
    const got = await (remote[method] as (...args: unknown[]) => Promise<unknown>)(...args);
    // Two fields differ from the host's answer: the name of the machine, and the clock, which is checked separately.
    const known = method === "doctor" ? (got as unknown[]).slice(0, -1) : got;
    expect(withoutHosts(known)).toEqual(withoutHosts(answer));
    remote.close();
  });
});

/** Errors name the host that they come from, commands the host that they are for. */
function withoutHosts(value: unknown): unknown {
  if (value instanceof Date || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutHosts);
  const changed = ["host", "hint", "fix", "message", "exitCode"];
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, changed.includes(key) ? typeof one : withoutHosts(one)]),
  );
}

describe("--json shows every field", () => {
  test.each([
    ["list", "list --all --hidden", sampleOf(sessionView)],
    ["status", "status --all", sampleOf(sessionStatus)],
  ] as const)("%s", async (method, line, view) => {
    const { stdout } = await runCommandLine(`${line} --json`, {
      answers: { [method]: () => Promise.resolve([view]) },
    });
    const { sessions } = JSON.parse(stdout) as { sessions: unknown[] };
    // These come from this machine's last comparison, whatever the host says.
    const { conflicts: _, merged: __, notPulled: ___, ...shown } = view;
    expect(sessions).toEqual([shown]);
  });
});

describe("what is stored in files or sent in other ways is read as it was written", () => {
  const schemas: [string, ZodMiniType][] = [
    ["a session's record", sessionRecord],
    ["plan.json", devcontainerPlan],
    ["hosts.json", hostsFile],
    ["trust.json", trustFile],
    ["a job's request", jobRequest],
    ["a job's log", jobLine],
    ["a job's result", jobResult],
    ["an error", sentFailure],
    ["a request with a terminal", ttyRequest],
    ...Object.entries({ ...cloneOffers, ...storeOffers, ...streamedOffers, ...controlOffers, ...savedCalls }).flatMap(
      ([name, { input, output }]): [string, ZodMiniType][] => [
        [`${name}, asked`, input],
        [`${name}, answered`, output],
      ],
    ),
  ];
  test.each(schemas)("%s", (_, schema) => {
    for (const sample of samplesOf(schema)) expect(schema.parse(sent(sample))).toEqual(sample);
  });

  test("an invalid request with a terminal is refused", () => {
    const request = { connect: sampleOf(ttyRequest) };
    expect(() => decodeTtyRequest(Buffer.from(JSON.stringify(request)).toString("base64"))).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID" }),
    );
    expect(() => decodeTtyRequest("%%%")).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
    const good = sampleOf(ttyRequest);
    expect(decodeTtyRequest(encodeTtyRequest(good))).toEqual(good);
  });

  test("samples contain every field", () => {
    const fields = Object.keys(initRequest.shape);
    expect(Object.keys(sampleOf(initRequest)).toSorted()).toEqual(fields.toSorted());
  });
});
