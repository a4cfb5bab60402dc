import { delimiter } from "node:path";
import { execa } from "execa";
import type { TestHome } from "./home.ts";

export interface CoworkOptions {
  home: TestHome;
  cwd: string;
  /** added to the environment; undefined removes a variable */
  env?: Record<string, string | undefined>;
  input?: string | Uint8Array;
  /** default four minutes */
  timeoutMs?: number;
  /** send SIGKILL if the program still runs after this time */
  killAfterMs?: number;
  signal?: AbortSignal;
}

export interface CoworkResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built file as the account's user, without a terminal. An exit code other than 0 is a result, not an error. */
export async function runCowork(args: readonly string[], options: CoworkOptions): Promise<CoworkResult> {
  return runAs(["cowork", ...args], options);
}

/** Runs any program as the account's user, in the same environment as `runCowork`. */
export async function runAs(argv: readonly string[], options: CoworkOptions): Promise<CoworkResult> {
  const [file, ...args] = options.home.asUser(argv);
  const result = await execa(file!, args, {
    cwd: options.cwd,
    env: userEnvironment(options.home, options.env),
    extendEnv: false,
    input: options.input ?? "",
    reject: false,
    stripFinalNewline: false,
    timeout: options.killAfterMs ?? options.timeoutMs ?? 240_000,
    ...(options.killAfterMs === undefined ? {} : { killSignal: "SIGKILL" }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  if (result.timedOut && options.killAfterMs === undefined)
    throw new Error(`${argv.join(" ")} did not end in time.\n${result.stderr}`);
  if (result.exitCode === undefined && result.signal === undefined)
    throw new Error(`${argv.join(" ")} could not be run`, { cause: result.cause });
  return { code: result.exitCode ?? 128, stdout: result.stdout, stderr: result.stderr };
}

/** The environment of the account's programs: settings of proxies and CA certificates are passed on, those of npm and vitest are not. */
export function userEnvironment(
  home: TestHome,
  extra: Record<string, string | undefined> = {},
): Record<string, string> {
  const passed =
    /^(https?_proxy|no_proxy|(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|DOCKER_HOST))$/i;
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !/node_modules|node-gyp-bin/.test(folder));
  const variables: Record<string, string | undefined> = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name))),
    PATH: [home.bin, ...path].join(delimiter),
    HOME: home.home,
    COWORK_HOME: home.coworkHome,
    LANG: "C.UTF-8",
    SHELL: "/bin/bash",
    TERM: "dumb",
    ...home.env,
    ...extra,
  };
  const given = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}
