import { getAgent } from "../agent/catalog.ts";
import type { Login } from "../agent/types.ts";
import type { AgentContainerRequest } from "../auth/agent-container.ts";
import { login } from "../auth/login.ts";
import { logout, type LogoutResult } from "../auth/logout.ts";
import { authStatus, type AuthStatus } from "../auth/status.ts";
import type { Settings } from "../config/types.ts";
import { hostProxies } from "../devcontainer/image/proxies.ts";
import { ensureTemplateImage } from "../devcontainer/image/template-image.ts";
import type { Context } from "../system/context.ts";
import { ownImage } from "./own-image.ts";
import type { ConnectIo, LoginRequest } from "./session-host.ts";

// What the vault's functions need from the devcontainer layer: the image to run the agent in, and the host's proxies.

export async function agentStatus(ctx: Context, agent: Settings["agent"]): Promise<AuthStatus> {
  return await authStatus(ctx, getAgent(agent));
}

export async function agentLogin(ctx: Context, request: LoginRequest, io: ConnectIo): Promise<Login> {
  const { settings, longLived, token = false } = request;
  const container = await containerRequest(ctx, settings);
  const way = token ? "token" : longLived ? "longLived" : "login";
  return await login(ctx, getAgent(settings.agent), { ...container, way }, io);
}

export async function agentLogout(ctx: Context, settings: Settings): Promise<LogoutResult> {
  return await logout(ctx, getAgent(settings.agent), async () => await containerRequest(ctx, settings));
}

async function containerRequest(ctx: Context, settings: Settings): Promise<AgentContainerRequest> {
  const { ref } = await ensureTemplateImage(ctx, settings);
  return { settings, image: ref, ownImage: ownImage(ctx), env: hostProxies(ctx.env) };
}
