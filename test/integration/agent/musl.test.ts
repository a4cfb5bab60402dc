import { access } from "node:fs/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installationOf, programPath } from "../../../src/agent/package.ts";
import { completeAgent } from "../../../src/agent/inside.ts";
import { variantFor } from "../../../src/agent/versions.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { logInByHand, plainSession } from "../../support/stand-in/plain-session.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";
import { homeId } from "../../../src/system/home-id.ts";

// Alpine images need a registry. Debian's musl, linked to Alpine's paths, runs the same program.

let vendor: Vendor;
let host: AgentHost;
let image: string;

beforeAll(async () => {
  vendor = await startVendor("agent-musl");
  host = await agentHost();
  await logInByHand(host, vendor);
  image = `cowork-test-musl:${homeId(host.ctx.paths)}`;
  const steps = [
    `FROM ${vendor.image}`,
    "RUN apt-get update && apt-get install -y --no-install-recommends musl",
    "RUN m=$(uname -m) && for name in /lib/ld-musl-$m.so.1 /usr/lib/$m-linux-musl/libc.musl-$m.so.1; do ln -sf /usr/lib/$m-linux-musl/libc.so $name; done",
    "RUN touch /etc/alpine-release",
  ];
  await execa("docker", ["build", "-t", image, "--label", "cowork.test=agent-musl", "-"], { input: steps.join("\n") });
});

afterAll(async () => {
  await host?.end();
  await execa("docker", ["rmi", "-f", image], { reject: false });
  await vendor?.stop();
});

test("in an image with musl the musl program is installed once the container was inspected", async () => {
  const session = await plainSession(host, vendor, { id: "p-musl", image });
  const before = await session.run(["claude", "-p", "hi"]);
  expect(before).toMatchObject({ code: 127, out: expect.stringContaining("-musl) is not installed") });

  const container = { id: session.container, name: "musl", session: "p-musl", remoteUid: host.ctx.user.sessionUid };
  expect(await completeAgent(host.ctx, host.agent, container)).toEqual([]);

  const variant = variantFor(await host.ctx.engine.info(), true)!;
  await access(programPath(host.ctx, host.agent, installationOf(host.agent, host.agent.install.pinned, variant)));
  expect(await session.run(["claude", "-p", "hi"])).toEqual({ code: 0, out: "made-up answer" });
});
