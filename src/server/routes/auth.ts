import type { authRoutes, Me } from "../../contract/http/auth.ts";
import { plain } from "../../system/text.ts";
import { deviceView } from "../devices/devices.ts";
import { removeRedirects } from "../open-browser.ts";
import { HttpError, notFound } from "../door/problem.ts";
import type { Handlers } from "../route.ts";
import type { Caller, ServerState } from "../state.ts";

export const signInHint = "Run cowork ui to sign in again";

export const authHandlers: Handlers<keyof typeof authRoutes> = {
  "POST /auth/exchange": async ({ input, caller, server }) => {
    const redeemed = server.codes.redeem(input.code, caller.peer);
    if (redeemed.is === "too-many")
      throw new HttpError(
        "TOO_MANY_REQUESTS",
        "Too many wrong codes. Wait a minute, then use a new link.",
        "cowork ui",
      );
    if (redeemed.is === "wrong")
      throw new HttpError("CODE_INVALID", "This link is wrong or over: a link works once, for 5 minutes.", "cowork ui");
    if (redeemed.is === "used") {
      // Two have had the link, and only one of them is who it was for: neither keeps what it gave.
      await server.devices.revoke(redeemed.by);
      server.changed("devices");
      server.ctx.log(`serve: a used link was used again; device ${redeemed.by} is signed out`);
      throw new HttpError(
        "CODE_INVALID",
        "This link was used before. If that was not you, someone else has it: the device that it signed in is signed out now.",
        "cowork ui",
      );
    }
    const name = plain(redeemed.name ?? input.name ?? "") || "browser";
    const { device, token } = await server.devices.add({ role: redeemed.role, name, door: caller.door });
    redeemed.used(device.id);
    removeRedirects(server.ctx);
    server.changed("devices");
    server.ctx.log(`serve: device ${device.id} signed in with the role ${device.role}`);
    return { token, me: meOf(server, { ...caller, role: device.role, device }) };
  },
  "GET /me": async ({ caller, server }) => meOf(server, caller),
  "POST /auth/sign-out": async ({ caller, server }) => {
    if (caller.device !== undefined) await server.devices.revoke(caller.device.id);
    server.changed("devices");
  },
  "GET /devices": async ({ caller, server }) => ({
    devices: server.devices.list().map((one) => deviceView(one, caller.device?.id)),
  }),
  "DELETE /devices/{device}": async ({ params, server }) => {
    if (!(await server.devices.revoke(params.device))) throw notFound(`There is no device ${plain(params.device)}.`);
    server.changed("devices");
  },
  "POST /devices/links": async ({ input, server }) => {
    const { code, expiresAt } = server.codes.make(input.role, input.name);
    const { publicUrl } = server;
    const link = { role: input.role, expiresAt: expiresAt.toISOString() };
    if (publicUrl !== undefined && input.at !== "local") return { ...link, url: `${publicUrl.origin}/#code=${code}` };
    return { ...link, url: `${server.url()}/#code=${code}`, plainUrl: `${server.plainUrl()}/#code=${code}` };
  },
  "POST /stop": async ({ caller, server }) => {
    if (caller.door !== "socket") throw new HttpError("ROLE_TOO_LOW", "Only the user on this machine ends the server.");
    server.stop();
  },
};

function meOf(server: ServerState, { role, device }: Caller): Me {
  const { version, startedAt, ctx, feed } = server;
  const own = device === undefined ? {} : { device: deviceView(device, device.id) };
  return { version, feed: feed.id, startedAt, user: ctx.user.name, role, ...own };
}
