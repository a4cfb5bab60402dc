import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { ensureBaseImage } from "../../src/devcontainer/base/base-image.ts";
import { listSharedImages } from "../../src/devcontainer/image/shared-images.ts";
import { templateBase } from "../../src/devcontainer/image/template.ts";
import type { Engine } from "../../src/engine/types.ts";
import { CoworkError } from "../../src/errors.ts";
import { homeId } from "../../src/system/home-id.ts";
import { imageContext } from "../support/engine/image-context.ts";

// The e2e tests build such an image with install.sh --demo on a fresh machine; this test checks its details.
test("a base image is built from the distribution's packages when it cannot be pulled", async () => {
  const fixture = await imageContext();
  onTestFinished(() => fixture.end());
  // Simulates a machine without the image and without access to a registry.
  const { engine } = fixture.ctx;
  const made: string[] = [];
  const bare: Engine = {
    ...engine,
    findImage: async (ref) => (ref === templateBase ? undefined : engine.findImage(ref)),
    listImages: async (labels) =>
      (await engine.listImages(labels)).filter(
        ({ tags }) => labels["cowork.shared"] !== "base" || tags.some((tag) => made.includes(tag)),
      ),
    pullImage: async () => Promise.reject(new CoworkError("ENGINE_FAILED", "no such host")),
    tagImage: async (ref, tag) => {
      made.push(tag);
      await engine.tagImage(ref, tag);
    },
  };
  const inner = { ...fixture.ctx, engine: bare };
  const [one, two] = await Promise.all([
    ensureBaseImage(inner, { baseImage: undefined }),
    ensureBaseImage(inner, { baseImage: undefined }),
  ]);
  onTestFinished(async () => void (await execa("docker", ["rmi", one.ref], { reject: false })));
  expect(one.ref).toMatch(/^cowork-base:[a-z]+-[0-9a-f]{8}$/);
  expect(two.ref).toBe(one.ref);
  expect(one.image.labels).toMatchObject({ "cowork.shared": "base" });
  expect(fixture.events.some(({ detail }) => detail?.includes("making a base image"))).toBe(true);
  const script =
    "apt-get update 2>&1 | tail -n 1; test -s /etc/ssl/certs/ca-certificates.crt && echo bundle; ls /var/tmp";
  const labels = { "cowork.home": homeId(inner.paths) };
  const command = ["sh", "-c", script] as const;
  const { stdout } = await engine.runHelper({ image: one.ref, command, labels, network: true });
  expect(stdout.trim()).toBe("Reading package lists...\nbundle");
  const { stdout: left } = await execa("sh", ["-c", "ls -d /var/tmp/cowork-base.* 2>/dev/null || true"]);
  expect(left).toBe("");
  const listed = await listSharedImages(inner);
  expect(listed.map(({ ref }) => ref)).toContain(one.ref);
});
