import { isDeepStrictEqual } from "node:util";

type Config = Record<string, unknown>;

export interface Seed {
  /** the account of the login in the vault, if cowork knows it; undefined: the program asks the vendor itself */
  account: Config | undefined;
  /** account id in the login */
  accountUuid: string | undefined;
  workspaceFolder: string | undefined;
}

/**
 * A session's `.claude.json` for a logged-in start without welcome, login and trust screens; undefined if nothing has to change.
 * What the session wrote there stays, except the account of an earlier login.
 */
export function seedConfig(existing: Config | undefined, seed: Seed): Config | undefined {
  const config: Config = { theme: "dark", ...existing, hasCompletedOnboarding: true };
  // The program moves the theme to another file; it is needed for the first start only.
  if (existing !== undefined && existing.theme === undefined) delete config.theme;
  const present = asObject(config.oauthAccount);
  if (seed.account !== undefined && present?.accountUuid !== seed.account.accountUuid)
    config.oauthAccount = seed.account;
  else if (seed.account === undefined && seed.accountUuid !== undefined && present?.accountUuid !== seed.accountUuid) {
    delete config.oauthAccount;
  }
  if (seed.workspaceFolder !== undefined) {
    const projects = asObject(config.projects) ?? {};
    const project = asObject(projects[seed.workspaceFolder]) ?? {};
    config.projects = { ...projects, [seed.workspaceFolder]: { ...project, hasTrustDialogAccepted: true } };
  }
  return isDeepStrictEqual(config, existing) ? undefined : config;
}

function asObject(value: unknown): Config | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Config) : undefined;
}
