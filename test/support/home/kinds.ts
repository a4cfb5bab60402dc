import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionStatus } from "../../../src/session/types.ts";
import { sampleProject, type SampleKind } from "../git/sample-project.ts";
import type { TestHome } from "./home.ts";
import { runCowork, type CoworkResult } from "./run-cowork.ts";

/** User that the sessions of a kind of configuration run as. */
const users: Record<SampleKind, string> = {
  none: "dev",
  image: "root",
  dockerfile: "dev",
  features: "root",
  compose: "root",
};

/** Tests: two sessions of every kind of dev container at the same time, with git inside and a clean clone. */
export function testKinds(where: string, account: () => Promise<TestHome>, kinds: readonly SampleKind[]): void {
  describe(`dev containers on ${where}`, () => {
    let home: TestHome;
    beforeAll(async () => {
      home = await account();
    });
    afterAll(() => home.remove());

    const inEngine = async (...args: string[]): Promise<string[]> =>
      await home.machine.docker(...args, "--filter", `label=cowork.home=${home.machine.hash}`);

    describe.each(kinds)("a project with the configuration: %s", (kind) => {
      const user = users[kind];
      let cwd: string;
      const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
      /** Names of the volumes and networks of the sessions' containers. Other tests create and remove their own at the same time. */
      const used = async (): Promise<{ volumes: string[]; networks: string[] }> => {
        const format =
          "{{range .Mounts}}v {{.Name}}\n{{end}}{{range $name, $_ := .NetworkSettings.Networks}}n {{$name}}\n{{end}}";
        const lines = await home.machine.docker("inspect", "-f", format, ...(await inEngine("ps", "-aq")));
        const named = (sort: string): string[] =>
          lines.filter((line) => line.startsWith(`${sort} `) && line.length > 2).map((line) => line.slice(2));
        return { volumes: named("v"), networks: named("n").filter((name) => name !== "bridge") };
      };

      it("has two sessions at the same time that both work", async () => {
        cwd = await sampleProject(home, kind, { name: `kind-${kind}` });
        const made = await cowork("init", "a", "b", "--trust", "--json");
        expect(JSON.parse(made.stdout).sessions).toMatchObject([
          { name: "a", state: "running" },
          { name: "b", state: "running" },
        ]);
        await Promise.all(["a", "b"].map(works));
      });

      const works = async (name: string): Promise<void> => {
        const script = `id -un; git status --porcelain; echo ${name} >mine && git add mine && git commit -qm mine && git log -1 --format=%an`;
        const { code, stdout } = await cowork("connect", name, "--", "sh", "-c", script);
        expect({ code, stdout }).toEqual({ code: 0, stdout: `${user}\nTest Person\n` });
        const inside = `cat /proc/sys/kernel/hostname; echo $COWORK_SESSION in $COWORK_PROJECT; cat /workspaces/kind-${kind}/mine`;
        const words = ["connect", `kind-${kind}/${name}`, "--", "sh", "-c", inside];
        const elsewhere = await runCowork(words, { home, cwd: "/" });
        expect(elsewhere.stdout).toBe(`${name}\n${name} in kind-${kind}\n${name}\n`);
        // The missing login does not concern this command, so it is not mentioned.
        expect(elsewhere.stderr).not.toContain("auth login");
      };

      it("is stopped, started and removed, and leaves no container, volume or network", async () => {
        expect((await cowork("stop")).code).toBe(0);
        expect((await cowork("start")).code).toBe(0);
        const status = await cowork("status", "--json");
        const sessions = (JSON.parse(status.stdout) as { sessions: SessionStatus[] }).sessions;
        for (const one of sessions) {
          expect(one).toMatchObject({ state: "running", unsaved: true, git: { uncommitted: 0, untracked: 0 } });
          const published = kind === "compose" ? [{ container: 8080, address: "127.0.0.1" }] : [];
          expect(one.ports).toMatchObject(published);
        }
        const { volumes, networks } = await used();
        expect(networks.length > 0).toBe(kind === "compose");
        expect((await cowork("clean", "--all")).code).toBe(3);
        expect((await cowork("clean", "--all", "--force")).code).toBe(0);
        for (const what of [
          ["ps", "-aq"],
          ["volume", "ls", "-q"],
          ["network", "ls", "-q"],
        ])
          expect(await inEngine(...what)).toEqual([]);
        const [left, leftNetworks] = await Promise.all([
          home.machine.docker("volume", "ls", "-q"),
          home.machine.docker("network", "ls", "--format", "{{.Name}}"),
        ]);
        expect(left.filter((name) => volumes.includes(name))).toEqual([]);
        expect(leftNetworks.filter((name) => networks.includes(name))).toEqual([]);
      });
    });
  });
}
