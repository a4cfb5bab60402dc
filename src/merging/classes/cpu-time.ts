import { cpuUsage } from "node:process";

/** Of this process. Limits are in the processor's time, so that a busy machine does not change what is found. */
export const cpuMs = (): number => cpuUsage().user / 1000;
