import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Channel } from "../../../../src/app/notify/channels/types.ts";
import { createDelivery } from "../../../../src/app/notify/deliver.ts";
import { openStore } from "../../../../src/app/notify/store.ts";
import { realContext } from "../../../support/home/real-context.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";
import { topic } from "./notify-values.ts";

test("a message is sent once it is on disk that it was: a crash in between does not send it twice", async () => {
  const ctx = realContext(await temporaryFolder());
  await mkdir(ctx.paths.stateRoot, { recursive: true });
  const order: string[] = [];
  const onDisk = await openStore(ctx);
  const store: typeof onDisk = {
    get state() {
      return onDisk.state;
    },
    change: (change) => onDisk.change(change),
    save: async () => {
      await onDisk.save();
      order.push("saved");
    },
  };
  const channel: Channel = {
    name: "desktop",
    send: async () => {
      order.push("sent");
      return undefined;
    },
  };
  const delivery = createDelivery({ ctx, channels: [channel], store, onProblem: () => undefined });
  store.change({ topics: [topic({ toldAt: 1 })] });
  delivery.send({
    topic: topic(),
    reminder: 0,
    title: "api asks for approval",
    place: "shop",
    next: "cowork approvals",
  });
  await delivery.settled();
  expect(order).toEqual(["saved", "sent", "saved"]);
});
