import { startOperation } from "../app/operations/control.ts";
import type { OperationWork } from "../contract/http/operation-request.ts";
import type { Operation } from "../contract/http/operations.ts";
import { usageError } from "../errors.ts";
import type { Call } from "./route.ts";

/** Starts the long work that a request asks for. With the header `Idempotency-Key` a request that is sent twice starts it once. */
export async function begin(
  { caller, server, request }: Pick<Call, "caller" | "server" | "request">,
  work: OperationWork,
): Promise<{ operation: Operation }> {
  const { ctx } = server;
  const key = request.headers.get("idempotency-key") ?? undefined;
  if (key !== undefined && !/^[\u0021-\u007e]{1,100}$/.test(key))
    throw usageError("The Idempotency-Key is not valid.", "");
  const by = caller.device?.name ?? ctx.user.name;
  const asked = { by, startedAt: ctx.clock.now().toISOString(), work };
  // The key of one device means nothing for another one.
  const own = key === undefined ? undefined : `${caller.device?.id ?? "socket"} ${key}`;
  const operation = await startOperation(ctx, asked, own);
  ctx.log(`serve: operation ${operation.id} (${operation.kind}) by ${caller.device?.id ?? "the user"}`);
  server.changed("operations", operation.id);
  return { operation };
}
