import * as z from "zod/mini";
import { readAsset } from "../assets.ts";
import { toCoworkError } from "../errors.ts";
import { securityHeaders } from "./door/headers.ts";

// The page's files are assets of the program. A request's path is looked up in their list and never becomes a path on the disk.

const pagesFile = z.record(z.string(), z.object({ asset: z.string(), type: z.string(), cache: z.string() }));

export interface Pages {
  /** The bare page or one of its files: they hold no data, and are given to everybody. */
  has: (path: string, method: string) => boolean;
  /** Undefined: no such file. */
  answer(request: Request): Promise<Response | undefined>;
}

/** Reads the list of the page's files (`web/pages.json`: address → asset); without them there is a plain page that says so. */
export async function loadPages(): Promise<Pages> {
  const pages = await readPages();
  const has = (path: string, method: string): boolean =>
    (method === "GET" || method === "HEAD") && (Object.hasOwn(pages, path) || path === "/");
  return {
    has,
    answer: async (request) => {
      const path = new URL(request.url).pathname;
      if (!has(path, request.method)) return undefined;
      const page = pages[path];
      if (page === undefined) return plainPage();
      const isPacked = /\bbr\b/.test(request.headers.get("accept-encoding") ?? "");
      const packed = isPacked ? await read(`${page.asset}.br`) : undefined;
      const content = packed ?? (await readAsset(page.asset));
      return new Response(new Uint8Array(content), {
        headers: {
          ...securityHeaders,
          "Content-Type": page.type,
          "Cache-Control": page.cache,
          Vary: "Accept-Encoding",
          ...(packed === undefined ? {} : { "Content-Encoding": "br" }),
        },
      });
    },
  };
}

async function readPages(): Promise<z.infer<typeof pagesFile>> {
  const text = await read("web/pages.json");
  return text === undefined ? {} : pagesFile.parse(JSON.parse(Buffer.from(text).toString("utf8")));
}

async function read(name: string): Promise<Uint8Array | undefined> {
  try {
    return await readAsset(name);
  } catch (error) {
    if (toCoworkError(error).code === "INTERNAL") return undefined;
    throw error;
  }
}

function plainPage(): Response {
  const text = "<!doctype html><meta charset=utf-8><title>cowork</title><p>This cowork was built without its page.</p>";
  return new Response(text, { headers: { ...securityHeaders, "Content-Type": "text/html; charset=utf-8" } });
}
