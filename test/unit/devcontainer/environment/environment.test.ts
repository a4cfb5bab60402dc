import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { probeEnvironment } from "../../../../src/devcontainer/environment/environment.ts";
import { mergePaths, parseProbe, planProbe } from "../../../../src/devcontainer/environment/environment-plan.ts";
import { connectContext } from "../../../support/connect-context.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";

describe("the probe", () => {
  test("prints the environment between marks, whatever it contains", async () => {
    const [file = "", ...args] = planProbe("interactiveShell", "MARK") ?? [];
    const env = { PATH: process.env["PATH"] ?? "", HOME: "/nowhere", ODD: "a=b\nMAR\nK" };
    const { stdout } = await execa(file, args, { env, extendEnv: false, input: "" });
    const found = parseProbe(`noise MA\n${stdout}`, "MARK");
    expect(found?.env).toMatchObject(env);
    expect(Object.keys(found?.env ?? {})).not.toContain("SHLVL");
  });

  test("is undefined for none, and the default for an unknown value", () => {
    expect(planProbe("none", "M")).toBeUndefined();
    expect(planProbe("odd", "M")).toEqual(planProbe("loginInteractiveShell", "M"));
    expect(planProbe("toString", "M")).toEqual(planProbe("loginInteractiveShell", "M"));
  });

  test("is not parsed without both marks", () => {
    expect(parseProbe("A=b\0", "MARK")).toBeUndefined();
    expect(parseProbe("MARKA=b\0", "MARK")).toBeUndefined();
  });
});

describe("PATH", () => {
  test("keeps the shell's entries, and gets back missing ones in their places", () => {
    expect(mergePaths("/home/bin:/usr/bin:/bin", "/image/bin:/usr/bin:/opt/x:/bin", false)).toBe(
      "/image/bin:/home/bin:/usr/bin:/opt/x:/bin",
    );
  });

  test("has folders of system programs only for root", () => {
    expect(mergePaths("/bin", "/usr/sbin:/bin", false)).toBe("/bin");
    expect(mergePaths("/bin", "/usr/sbin:/bin", true)).toBe("/usr/sbin:/bin");
  });
});

describe("a shell that prints nothing", () => {
  test.each([
    ["ended by its startup files, which is final", 1, true],
    ["ended by a signal, for example because the container ends, which is not final", 137, false],
  ])("costs a note, and the container's environment with remoteEnv is used: %s", async (_, code, isFinal) => {
    const engine = createFakeEngine({ program: async () => ({ code, stdout: "only noise" }) });
    const container = engine.addContainer({ env: { A: "1", B: "2" } });
    const ctx = connectContext("/nowhere", { engine });
    const found = await probeEnvironment(ctx, { container, user: "dev", remoteEnv: { B: "3" } });
    expect(found).toEqual({ variables: { A: "1", B: "3" }, isFinal });
    expect(ctx.notes).toEqual([expect.stringContaining("environment of dev")]);
  });
});
