import { deviceName } from "../../contract/http/auth.ts";
import { role as roleSchema } from "../../contract/http/route.ts";
import { plain } from "../../system/text.ts";
import { usageError } from "../line/usage.ts";
import type { App } from "../process/app.ts";
import { askForLink, withoutCode } from "./ask-for-link.ts";

/** Opens the page in the browser, signed in. Without a browser here it prints the links. */
export async function openPage(app: App): Promise<number> {
  const { ctx } = await app.scope();
  const [{ ensureServer }, { openBrowser }] = await Promise.all([
    import("../../server/start-detached.ts"),
    import("../../server/open-browser.ts"),
  ]);
  await ensureServer(ctx);
  const link = await askForLink(app, { role: "full", at: "local" });
  const isOpen = await openBrowser(ctx, link.url);
  // A link in a log or a pipe would sign in everyone who reads it.
  const isPrivate = app.terminal.streams.stdout.isTTY === true;
  const [url, plainUrl] = [link.url, link.plainUrl ?? link.url].map((one) => (isPrivate ? one : withoutCode(one)));
  if (app.globals.json)
    return app.json({ url: withoutCode(link.url), plainUrl: withoutCode(link.plainUrl ?? ""), opened: isOpen });
  app.terminal.out(`${url}\n${plainUrl}`);
  if (isPrivate) app.terminal.err(`  ${isOpen ? "Opened in your browser. " : ""}The links work once, for 5 minutes.`);
  else if (!isOpen)
    app.terminal.err("  No browser was found.\n  Next: run cowork ui in a terminal for a link that signs you in");
  return 0;
}

/** Prints a link, and a QR code of it, that signs another device in. */
export async function pairDevice(
  app: App,
  { role = "approve", name }: { role: string | undefined; name: string | undefined },
): Promise<number> {
  const found = roleSchema.safeParse(role);
  if (!found.success)
    throw usageError(`${plain(role)} is not a role: view, approve, operate or full.`, "cowork ui pair --role approve");
  if (name !== undefined && !deviceName.safeParse(name).success)
    throw usageError("--name is too long for a device: at most 80 characters.", "cowork ui pair --name phone");
  const { ctx } = await app.scope();
  const { ensureServer } = await import("../../server/start-detached.ts");
  await ensureServer(ctx);
  const link = await askForLink(app, { role: found.data, ...(name === undefined ? {} : { name }) });
  if (app.globals.json) return app.json(link);
  const { terminal } = app;
  if (terminal.streams.stdout.isTTY === true) {
    const { renderUnicodeCompact } = await import("uqr");
    terminal.out(renderUnicodeCompact(link.url, { border: 2 }));
  }
  terminal.out(link.url);
  const lines = [`  It signs one device in, once, within 5 minutes, with the role ${found.data}.`];
  if (link.plainUrl !== undefined)
    lines.push(
      "  It leads to this machine: on another one it works through ssh -L, or set PUBLIC_URL to a proxy with TLS.",
    );
  for (const line of lines) terminal.err(line);
  return 0;
}
