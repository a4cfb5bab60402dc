import { describe } from "vitest";
import { randomUUID } from "node:crypto";
import { execa } from "execa";
import { engineContract } from "../../support/engine/engine-contract.ts";
import { realEngine, runContainer } from "../../support/engine/engine-fixture.ts";
import { testBaseImage } from "../../support/engine/engine.ts";

const flags = (labels: Record<string, string>): string[] =>
  Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);

describe("the Docker engine", () => {
  engineContract(async () => ({
    engine: realEngine(),
    image: testBaseImage,
    addContainer: (labels) => runContainer({ labels }),
    addVolume: async (labels, usedBy) => {
      const name = `cowork-contract-${randomUUID()}`;
      await execa("docker", ["volume", "create", ...flags(labels), name]);
      if (usedBy !== undefined) await runContainer({ labels: usedBy, args: ["-v", `${name}:/data`] });
      return name;
    },
    addNetwork: async (labels, usedBy) => {
      const name = `cowork-contract-${randomUUID()}`;
      const { stdout } = await execa("docker", ["network", "create", ...flags(labels), name]);
      if (usedBy !== undefined) await runContainer({ labels: usedBy, args: ["--network", name] });
      return stdout.trim();
    },
  }));
});
