import { statSync } from "node:fs";

/** Two of these are equal if the user's file was not changed in between; it may be a link. */
export function confStamp(file: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file);
    return [ino, size, mtimeMs, ctimeMs].join(" ");
  } catch {
    return "";
  }
}
