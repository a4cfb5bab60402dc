import { signal } from "@preact/signals";
import type { HostState, ListedProject } from "../../contract/http/places.ts";
import { call } from "../api/call.ts";
import { refresher } from "./refresh.ts";

export const hosts = signal<HostState[] | undefined>(undefined);
export const projects = signal<ListedProject[] | undefined>(undefined);

export const loadHosts = refresher(async () => {
  hosts.value = (await call("GET /hosts", {})).hosts;
});

export const loadProjects = refresher(async () => {
  projects.value = (await call("GET /projects", {})).projects;
});
