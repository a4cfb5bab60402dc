import { execa } from "execa";
import { asRoot } from "../home/as-root.ts";

/** Installs OpenSSH's client if it is missing. cowork does not need it, but its users have it. */
export async function ensureSshClient(): Promise<void> {
  const { exitCode } = await execa("ssh", ["-V"], { reject: false });
  if (exitCode === 0) return;
  const proxies = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  const env = ["DEBIAN_FRONTEND=noninteractive", ...proxies.map(([name, value]) => `${name}=${value}`)];
  const aptGet = async (...args: string[]): Promise<unknown> =>
    await asRoot("env", [...env, "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], {
      timeout: 240_000,
    });
  await aptGet("update");
  await aptGet("install", "--no-install-recommends", "openssh-client");
}
