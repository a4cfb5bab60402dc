import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { TestContainer } from "../engine/container.ts";
import { testBaseImage } from "../engine/engine.ts";
import type { Control } from "./control.ts";
import type { Step } from "./script.ts";
import { vendorImage, vendorNames } from "./vendor-image.ts";

/** One line of the fake vendor's journal. */
export interface Entry {
  what:
    | "login"
    /** a code for a login */
    | "asked"
    | "logout"
    | "refresh"
    | "message"
    | "profile"
    | "refused"
    | "other"
    | "stolen"
    | "proxy"
    | "listening"
    | "failed";
  ok?: boolean;
  host?: string;
  path?: string;
  bearer?: string;
  apiKey?: string;
  /** of a message: asked for without tools, such as a conversation's title */
  isTitle?: boolean;
  /** of a message: the start of the user's last text */
  prompt?: string;
  /** of a message: the HTTP status in place of an answer */
  status?: number;
  /** of a message to Codex: the text `MADE-UP RULE` is in it */
  knows?: boolean;
  /** of a message: it is never answered */
  hangs?: boolean;
  model?: string;
  /** of a renewal for Codex: the number of the refresh token, from 1 */
  token?: number;
  family?: number;
  revoked?: number[];
}

export interface Vendor {
  /** internal network on which the vendor's host names resolve to the fake */
  network: string;
  /** the tests' base image with the fake vendor's CA certificate installed; all vendors of a run have the same */
  image: string;
  /** CA certificate and proxy of an attacker who wants to read the traffic */
  thief: { authority: string; proxy: string };
  journal(): Promise<Entry[]>;
  /** removes all entries so far */
  clearJournal(): Promise<void>;
  /** replaces what was set before; `{}` is a healthy vendor. Answers that are limited by `times` are counted again from 0 */
  control(settings: Control): Promise<void>;
  /** writes a script to which prompts refer with `scriptFile(name)` */
  script(name: string, steps: readonly Step[]): Promise<void>;
  /** disconnects a container from every other network and connects it to this one */
  adopt(container: string): Promise<void>;
  /** adopts every running dev container of a home */
  adoptSessions(homeHash: string): Promise<void>;
  /** adopts the next container of a home's login as soon as it runs; returns a function that stops waiting */
  adoptLogin(homeHash: string): () => void;
  stop(): Promise<void>;
}

/**
 * Starts the fake vendor in a container, run by the tests' Node.
 * @param label value of the label `cowork.test`
 */
export async function startVendor(label: string): Promise<Vendor> {
  const name = `cowork-stand-in-${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  const docker = (...args: string[]) => execa("docker", args);
  let written = 0;
  // renamed, so that the server never reads half of it
  const write = async (entry: string, content: string): Promise<void> => {
    await writeFile(join(folder, `${entry}.new`), content);
    await rename(join(folder, `${entry}.new`), join(folder, entry));
  };
  const { run, image, pems } = await vendorImage();
  // With the run's label, what a test leaves behind goes at the end of the run.
  const own = { "cowork.test": label, "cowork.test.run": run };
  for (const [entry, content] of Object.entries(pems)) await write(entry, content);
  const file = (entry: string): string => join(folder, entry);
  const journal = async (): Promise<Entry[]> => {
    const text = await readFile(file("journal.jsonl"), "utf8").catch(() => "");
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Entry);
  };
  const stop = async (): Promise<void> => {
    await docker("rm", "-f", "-v", name).catch(() => undefined);
    await docker("network", "rm", name).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const labelled = Object.entries(own).flatMap((pair) => ["--label", pair.join("=")]);
    await docker("network", "create", "--internal", ...labelled, name);
    const mounts = [
      { source: process.execPath, target: "/node", mode: "ro" },
      { source: import.meta.dirname, target: "/server", mode: "ro" },
      { source: folder, target: "/stand-in", mode: "rw" },
    ] as const;
    await new TestContainer(label, testBaseImage, { network: { name, aliases: vendorNames } })
      .withName(name)
      .withLabels(own)
      .withBindMounts([...mounts])
      .withCommand(["/node", "--disable-warning=ExperimentalWarning", "/server/server.ts", "/stand-in"])
      .start();
    await until(async () => (await journal()).some((entry) => entry.what === "listening"));
  } catch (error) {
    const logs = await docker("logs", name).then(
      (result) => result.all ?? result.stderr,
      () => "",
    );
    await stop();
    throw new Error(`the fake vendor did not start: ${logs}`, { cause: error });
  }
  const adopt = async (container: string): Promise<void> => {
    const format = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}";
    const { stdout } = await docker("inspect", "-f", format, container);
    const networks = stdout.trim().split(" ");
    if (!networks.includes(name)) await docker("network", "connect", name, container);
    for (const other of networks.filter((one) => one !== name && one !== "")) {
      await docker("network", "disconnect", other, container);
    }
  };
  const adoptSessions = async (homeHash: string): Promise<void> => {
    const labels = ["label=devcontainer.local_folder", `label=cowork.home=${homeHash}`].flatMap((one) => [
      "--filter",
      one,
    ]);
    const { stdout } = await docker("ps", "-q", ...labels);
    await Promise.all(stdout.split("\n").filter(Boolean).map(adopt));
  };
  const adoptLogin = (homeHash: string): (() => void) => {
    const given = new AbortController();
    const look = async (): Promise<void> => {
      while (!given.signal.aborted) {
        const { stdout } = await docker(
          "ps",
          "-q",
          "--filter",
          "label=cowork.auth",
          "--filter",
          `label=cowork.home=${homeHash}`,
        );
        const [found] = stdout.split("\n").filter(Boolean);
        if (found !== undefined) return adopt(found);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    look().catch(() => undefined);
    return () => given.abort();
  };
  return {
    network: name,
    image,
    thief: { authority: file("thief.pem"), proxy: "http://elsewhere.example:3128" },
    journal,
    clearJournal: () => writeFile(file("journal.jsonl"), ""),
    // Renamed into place: the server answers with its defaults (tokens of eight hours) if it reads a half-written file.
    control: async (settings) => {
      await write("control.json.new", JSON.stringify({ ...settings, written: (written += 1) }));
      await rename(file("control.json.new"), file("control.json"));
    },
    script: (entry, steps) => write(`script-${entry}.json`, JSON.stringify(steps)),
    adopt,
    adoptSessions,
    adoptLogin,
    stop,
  };
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 150; i += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the condition was not met in time");
}
