/** The configuration keys of `.cowork.conf` as cowork uses them; `config/keys.ts` says how each is read and checked. */
export interface Settings {
  project: string | undefined;
  baseImage: string | undefined;
  agent: "claude";
  claudeVersion: string | undefined;
  agentSettings: boolean;
  branchPrefix: string;
  /** command line that `connect` runs instead of the user's shell */
  connect: string | undefined;
  copy: string[];
  /** patterns of ignored files that count as work, besides those that always do */
  precious: string[];
  devcontainer: string | undefined;
  host: string | undefined;
  concurrency: number;
  cpus: number | undefined;
  /** as Docker reads it, e.g. `4g` */
  memory: string | undefined;
  sshAgent: boolean;
  /** `auto`, `none`, or the path of a PEM file */
  caCerts: string;
}

export type SettingOrigin = "flag" | "environment" | "project" | "user" | "default";

export interface ResolvedSetting {
  key: string;
  value: string;
  origin: SettingOrigin;
  /** the file, for origins project and user */
  file?: string;
}
