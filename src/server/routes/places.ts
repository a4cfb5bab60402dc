import { listApiProjects } from "../../app/serve/api-projects.ts";
import { requireHost } from "../../app/serve/session-word.ts";
import { doctor } from "../../app/set-up/doctor.ts";
import { listHosts } from "../../app/set-up/manage-hosts.ts";
import type { placeRoutes } from "../../contract/http/places.ts";
import type { Handlers } from "../route.ts";

export const placeHandlers: Handlers<keyof typeof placeRoutes> = {
  "GET /projects": async ({ scope }) => ({ projects: await listApiProjects(await scope()) }),
  "GET /hosts": async ({ scope, server }) => {
    const added = await listHosts(await scope());
    const all = [{ name: "local" }, ...added.map(({ name, destination }) => ({ name, destination }))];
    return {
      hosts: all.map((one) => {
        const known = server.hosts.get(one.name) ?? { state: "unknown" as const };
        return { ...one, ...known, sessions: Object.keys(server.feed.cursors(one.name)).length };
      }),
    };
  },
  "GET /hosts/{host}/checks": async ({ params, scope }) => {
    const its = await scope();
    await requireHost(its, params.host);
    return { checks: await doctor(its.at(its.folder, params.host), { fix: false, notify: false }) };
  },
};
