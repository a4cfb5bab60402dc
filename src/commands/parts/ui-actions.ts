import type { Device, SignInLink } from "../../contract/http/auth.ts";
import { role as roleSchema } from "../../contract/http/route.ts";
import { plain } from "../../system/text.ts";
import { usageError } from "../line/usage.ts";
import type { App } from "../process/app.ts";

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
  // A link in a log or a pipe would sign in whoever reads it.
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

export async function listDevices(app: App): Promise<number> {
  const { ctx } = await app.scope();
  const [{ askServer }, { ensureServer }] = await Promise.all([
    import("../../server/client.ts"),
    import("../../server/start-detached.ts"),
  ]);
  await ensureServer(ctx);
  const devices = (await askServer(ctx, { key: "GET /devices" }))?.answer.devices ?? [];
  if (app.globals.json) return app.json({ devices });
  if (devices.length === 0) {
    app.terminal.err("No device is signed in.\n  Next: cowork ui pair");
    return 0;
  }
  const { renderDevices } = await import("../../ui/devices.ts");
  app.terminal.out(renderDevices(devices satisfies Device[], { now: app.now(), ...app.terminal }));
  return 0;
}

export async function revokeDevice(app: App, id: string): Promise<number> {
  const { ctx } = await app.scope();
  const [{ sendToServer }, { ensureServer }] = await Promise.all([
    import("../../server/client.ts"),
    import("../../server/start-detached.ts"),
  ]);
  if (!/^[0-9a-f]{1,64}$/.test(id)) throw usageError(`${plain(id)} is not the id of a device.`, "cowork ui devices");
  await ensureServer(ctx);
  const revoked = await sendToServer(ctx, `DELETE /devices/${id}`);
  if (app.globals.json) return app.json({ revoked });
  app.terminal.err("The device is signed out.");
  return 0;
}

async function askForLink(
  app: App,
  input: { role: SignInLink["role"]; name?: string; at?: "local" },
): Promise<SignInLink> {
  const [{ askServer }, { ctx }] = await Promise.all([import("../../server/client.ts"), app.scope()]);
  const made = await askServer(ctx, { key: "POST /devices/links", input });
  if (made !== undefined) return made.answer;
  throw usageError("The server ended meanwhile.", "cowork ui");
}

function withoutCode(url: string): string {
  return url.replace(/#.*$/, "");
}
