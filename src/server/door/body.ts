import { HttpError } from "./problem.ts";
import { usageError } from "../../errors.ts";

const maxBytes = 256 * 1024;
const maxDepth = 20;

/**
 * The JSON body of a request.
 * @throws BODY_TYPE_WRONG for anything but application/json, BODY_TOO_LARGE, USAGE
 */
export async function readJson(request: Request): Promise<unknown> {
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(request.headers.get("content-type") ?? ""))
    throw new HttpError("BODY_TYPE_WRONG", "The body must be application/json.");
  const text = new TextDecoder("utf-8", { fatal: true });
  let value: unknown;
  const bytes = await readBytes(request);
  try {
    value = JSON.parse(text.decode(bytes));
  } catch {
    throw usageError("The body is not JSON.", "");
  }
  if (depthOf(value, maxDepth) > maxDepth) throw usageError("The body is nested too deeply.", "");
  return value;
}

/** @throws BODY_TYPE_WRONG if there is a body */
export function requireNoBody(request: Request): void {
  const length = request.headers.get("content-length");
  if ((length !== null && length !== "0") || request.headers.has("transfer-encoding"))
    throw new HttpError("BODY_TYPE_WRONG", "This request takes no body.");
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const tooLarge = new HttpError("BODY_TOO_LARGE", "The body is longer than 256 KiB.");
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The nesting of a value, as far as `most`. */
function depthOf(value: unknown, most: number): number {
  if (typeof value !== "object" || value === null || most < 0) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, most - 1));
  return deepest + 1;
}
