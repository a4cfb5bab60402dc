import * as z from "zod/mini";
import { texts } from "../common.ts";
import { jobAnswer, jobCall } from "../job.ts";
import { logsOptions, oneSession } from "./requests.ts";
import type { Calls } from "./rpc.ts";
import { lacking, openedClone, scriptOptions, scriptResult, storedIdentity, upload } from "./store.ts";
import { connectRequest, loginRequest } from "./terminal-requests.ts";

// What the two sides of a connection offer each other, besides the session host itself.

/** A stream's number; the client assigns each once. */
const stream = z.int();
const nothing = z.unknown();
const done = { input: z.tuple([]), output: nothing };

/** Offered by both sides. */
export const streamOffers = {
  streamData: { input: z.tuple([stream, z.string()]), output: nothing },
  streamEnd: { input: z.tuple([stream]), output: nothing },
  streamTaken: { input: z.tuple([stream, z.number().check(z.nonnegative())]), output: nothing },
  streamDrop: { input: z.tuple([stream]), output: nothing },
} as const satisfies Calls;

/** Calls with streams. */
export const streamedOffers = {
  /** with the numbers of stdin, stdout and stderr; returns the exit code */
  connect: {
    input: z.tuple([connectRequest, z.tuple([stream, stream, stream])]),
    output: z.int().check(z.minimum(0), z.maximum(255)),
  },
  /** the agent's login with a token on stdin, which needs no terminal */
  login: { input: z.tuple([loginRequest, z.tuple([stream, stream, stream])]), output: nothing },
  /** ends a `connect` or a `login` */
  connectEnd: { input: z.tuple([stream]), output: nothing },
  logs: { input: z.tuple([oneSession, logsOptions, stream]), output: nothing },
  runFiles: { input: z.tuple([oneSession, z.int(), stream]), output: nothing },
} as const satisfies Calls;

/** Git for one session's clone. */
export const cloneOffers = {
  cloneOpen: { input: z.tuple([oneSession]), output: openedClone },
  /** without the session's lock: only to read */
  cloneRead: { input: z.tuple([oneSession]), output: openedClone },
  cloneScript: { input: z.tuple([z.number(), z.string(), scriptOptions]), output: scriptResult },
  cloneSave: {
    input: z.tuple([z.number(), z.string(), scriptOptions, stream]),
    output: z.pick(scriptResult, { code: true, stderr: true }),
  },
  cloneClose: { input: z.tuple([z.number()]), output: nothing },
} as const satisfies Calls;

/** How a project is sent to a host: its commits, its git-lfs objects, files to copy. */
export const storeOffers = {
  storeLacks: { input: z.tuple([storedIdentity, texts]), output: lacking },
  /** number of bytes of an upload that have arrived */
  storeHas: { input: z.tuple([storedIdentity, z.string()]), output: z.number() },
  storeTake: { input: z.tuple([storedIdentity, upload, stream]), output: nothing },
  lfsLacks: { input: z.tuple([storedIdentity, texts]), output: texts },
  lfsTake: { input: z.tuple([storedIdentity, texts, stream]), output: nothing },
  /** returns the folder of the files */
  carriedTake: { input: z.tuple([z.string(), stream]), output: z.string() },
} as const satisfies Calls;

export const controlOffers = {
  job: { input: z.tuple([jobCall]), output: jobAnswer },
  /** the host's clock, in ms */
  now: { input: z.tuple([]), output: z.number() },
  alive: done,
  cancel: done,
} as const satisfies Calls;
