export type { Settings } from "../contract/settings.ts";

export type SettingOrigin = "flag" | "environment" | "project" | "user" | "default";

export interface ResolvedSetting {
  key: string;
  value: string;
  origin: SettingOrigin;
  /** path of the file, for the origins project and user */
  file?: string;
}
