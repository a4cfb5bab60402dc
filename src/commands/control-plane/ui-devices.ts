import type { Device } from "../../contract/http/auth.ts";
import { plain } from "../../system/text.ts";
import { usageError } from "../line/usage.ts";
import type { App } from "../process/app.ts";
import { endedMeanwhile } from "./ended-meanwhile.ts";

export async function listDevices(app: App): Promise<number> {
  const { ctx } = await app.scope();
  const [{ askServer }, { ensureServer }] = await Promise.all([
    import("../../server/client.ts"),
    import("../../server/start-detached.ts"),
  ]);
  await ensureServer(ctx);
  const found = await askServer(ctx, { key: "GET /devices" });
  if (found === undefined) throw endedMeanwhile("cowork ui devices");
  const { devices } = found.answer;
  if (app.globals.json) return app.json({ devices });
  if (devices.length === 0) {
    app.terminal.err("No device is signed in.\n  Next: cowork ui pair");
    return 0;
  }
  const { renderDevices } = await import("../../ui/set-up/devices.ts");
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
  if (!(await sendToServer(ctx, `DELETE /devices/${id}`))) throw endedMeanwhile(`cowork ui devices revoke ${id}`);
  if (app.globals.json) return app.json({ revoked: true });
  app.terminal.err("The device is signed out.");
  return 0;
}
