import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The name of a project's files below `cache/conflicts`. `list` needs it, and Node's crypto takes too long to load. */
export function scratchName(project: { name: string; root: string }): string {
  return `${project.name.slice(0, 60)}-${bytesToHex(sha256(utf8ToBytes(project.root))).slice(0, 16)}`;
}
