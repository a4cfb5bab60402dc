import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const uiCommand = defineCommand({
  name: "ui",
  group: "Work",
  summary: "Open the page with every session, and pair phones with it",
  details: [
    "It starts the server if none runs (it ends after 30 minutes without use), and signs your browser in with a link that works once.",
    "pair prints a link and a QR code for another device, which may do no more than its role: view looks, approve answers what waits and " +
      "says more to agents, operate also starts and stops, full may do everything. A phone reaches it through `ssh -L` or the proxy of PUBLIC_URL.",
  ],
  positionals: [
    { name: "action", summary: "open, pair or devices (default: open)", complete: ["pair", "devices"] },
    { name: "what", summary: "With devices: revoke", complete: ["revoke"] },
    { name: "device", summary: "With devices revoke: the device's id" },
  ],
  flags: {
    role: {
      type: "string",
      value: "ROLE",
      summary: "With pair: view, approve, operate or full (default: approve)",
    },
    name: { type: "string", value: "NAME", summary: "With pair: what the device is called" },
  },
  examples: [
    { line: "cowork ui", text: "open the page in the browser" },
    { line: "cowork ui pair --role approve", text: "let a phone answer what waits" },
    { line: "cowork ui devices revoke 3f2a51c09b7e", text: "sign a device out" },
  ],
  async run({ args, flags }, app) {
    const [action = "open", what, device] = args;
    if (action !== "pair" && (flags.role !== undefined || flags.name !== undefined))
      throw usageError("--role and --name are for cowork ui pair.", "cowork ui pair --role approve");
    const links = await import("./ui-link.ts");
    if (action === "open" && what === undefined) return await links.openPage(app);
    if (action === "pair" && what === undefined) return await links.pairDevice(app, flags);
    const actions = await import("./ui-devices.ts");
    if (action === "devices" && what === undefined) return await actions.listDevices(app);
    if (action === "devices" && what === "revoke" && device !== undefined)
      return await actions.revokeDevice(app, device);
    throw usageError(`Wrong arguments for cowork ui ${action}.`, "cowork help ui");
  },
});
