import { configKeys } from "./key-list.ts";

/** What is shown of a secret that is set. */
export const secretMark = "(secret)";

/** The value of a key as it may be shown. An unknown key may be the wrong name of a secret. */
export function shownValue(name: string, value: string): string {
  const key = configKeys.find((one) => one.name === name);
  const isSecret = key === undefined ? /TOKEN|SECRET|PASSWORD|^NOTIFY_/i.test(name) : key.secret === true;
  return isSecret && value !== "" ? secretMark : value;
}
