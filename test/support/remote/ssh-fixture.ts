import { afterAll, afterEach, beforeAll } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { connectSsh } from "../../../src/remote/ssh/connect.ts";
import type { Channel, Connection, ConnectOptions, Target } from "../../../src/remote/types.ts";
import { ensureSshClient } from "./ssh-client.ts";
import { sshPerson, startSshMachine, type SshMachine, type SshPerson } from "./ssh-machine.ts";

/** One ssh server for a test file, and users and connections that are removed after each test. */
export interface SshFixture {
  machine: SshMachine;
  newPerson: (...args: Parameters<typeof sshPerson>) => Promise<SshPerson>;
  /** a person whose key the machine accepts and whose known_hosts contains the machine */
  knownPerson: (...args: Parameters<typeof sshPerson>) => Promise<SshPerson>;
  connect: (person: SshPerson, target: string | Target, options?: ConnectOptions) => Promise<Connection>;
}

/**
 * Call it once at the top of a test file; `machine` is there from the first test on.
 * @param label value of the label `cowork.test`
 */
export function useSshMachine(label: string): SshFixture {
  const people: SshPerson[] = [];
  const open: Connection[] = [];
  const fixture = {
    newPerson: async (...args) => {
      const person = await sshPerson(...args);
      people.push(person);
      return person;
    },
    knownPerson: async (...args) => {
      const person = await fixture.newPerson(...args);
      await fixture.machine.authorize(await person.key("id_ed25519"));
      await person.write("known_hosts", await fixture.machine.hostKeys());
      return person;
    },
    connect: async (person, target, options = {}) => {
      const where = typeof target === "string" ? { destination: target } : target;
      const connection = await connectSsh(person.ctx, where, options);
      open.push(connection);
      return connection;
    },
  } as SshFixture;
  beforeAll(async () => {
    await ensureSshClient();
    fixture.machine = await startSshMachine(label);
  });
  afterAll(() => fixture.machine.remove());
  afterEach(async () => {
    for (const connection of open.splice(0)) connection.close();
    for (const person of people.splice(0)) await person.remove();
  });
  return fixture;
}

export async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all;
}

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function result(channel: Channel): Promise<Result> {
  const [stdout, stderr, { code }] = await Promise.all([textOf(channel.stdout), textOf(channel.stderr), channel.exit]);
  return { code, stdout, stderr };
}

export async function run(connection: Connection, command: string): Promise<Result> {
  return await result(await connection.exec(command));
}

export async function failure(work: Promise<unknown>): Promise<CoworkError> {
  const error = await work.then(
    () => new Error("it worked"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CoworkError)) throw new Error(`no CoworkError: ${String(error)}`);
  return error;
}

/** The destination of a machine's test user. */
export const to = (where: SshMachine): string => `person@${where.address}`;
