import { plain } from "../system/text.ts";
import type { EngineClient } from "./client.ts";
import { labelFilter } from "./containers.ts";
import { statusOf } from "./errors.ts";
import { goneOrInUse } from "./images.ts";
import type { Engine } from "./types.ts";

type Part = Pick<Engine, "listVolumes" | "removeVolume" | "listNetworks" | "removeNetwork">;

/** What a session's containers may leave in the engine: volumes and networks. */
export function leftoverMethods(client: EngineClient): Part {
  return {
    listVolumes: (labels) =>
      client.attempt("list volumes", async () => {
        const answer = (await client.get("/volumes", { filters: { label: labelFilter(labels) } })) as {
          Volumes: { Name: string }[] | null;
        };
        return (answer.Volumes ?? []).map((volume) => volume.Name);
      }),
    removeVolume: (name) =>
      client.attempt(`remove volume ${plain(name)}`, async () => {
        const volume = (await client.docker()).getVolume(name);
        return await volume.remove().then(() => true, goneOrInUse);
      }),
    listNetworks: (labels) =>
      client.attempt("list networks", async () => {
        const answer = (await client.get("/networks", { filters: { label: labelFilter(labels) } })) as {
          Id: string;
          Name: string;
        }[];
        return answer.map((network) => ({ id: network.Id, name: network.Name }));
      }),
    removeNetwork: (id) =>
      client.attempt(`remove network ${plain(id)}`, async () => {
        const network = (await client.docker()).getNetwork(id);
        // Engines up to 27 report "has active endpoints" with 403.
        return await network.remove().then(
          () => true,
          (error: unknown) => (statusOf(error) === 403 ? false : goneOrInUse(error)),
        );
      }),
  };
}
