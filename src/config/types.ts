export type { Settings } from "../contract/settings.ts";

export type SettingOrigin = "flag" | "environment" | "project" | "user" | "default";

export interface ResolvedSetting {
  key: string;
  value: string;
  origin: SettingOrigin;
  /** the file, for origins project and user */
  file?: string;
}
