import { answerOperation, cancelOperation } from "../../app/operations/control.ts";
import { listOperations, readOperation } from "../../app/operations/files.ts";
import type { Operation, operationRoutes } from "../../contract/http/operations.ts";
import { notFound } from "../door/problem.ts";
import { requireRole, type Handlers } from "../route.ts";
import type { ServerState } from "../state.ts";

export const operationHandlers: Handlers<keyof typeof operationRoutes> = {
  "GET /operations": async ({ server }) => ({ operations: await listOperations(server.ctx) }),
  "GET /operations/{operation}": async ({ params, server }) => await found(server, params.operation),
  "POST /operations/{operation}/answer": async ({ params, input, caller, server }) => {
    const operation = await found(server, params.operation);
    const isTrust = operation.question?.question.kind === "trust";
    if (isTrust && input.answer !== false) requireRole(caller, "full", "An answer to a trust question");
    await answerOperation(server.ctx, operation, input);
    server.changed("operations", operation.id);
    return await found(server, params.operation);
  },
  "POST /operations/{operation}/cancel": async ({ params, server }) => {
    await cancelOperation(server.ctx, await found(server, params.operation));
    return await found(server, params.operation);
  },
};

async function found({ ctx }: ServerState, id: string): Promise<Operation> {
  const operation = await readOperation(ctx, id);
  if (operation === undefined) throw notFound(`There is no operation ${id}: it may have ended more than a day ago.`);
  return operation;
}
