import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connectSsh } from "../../src/remote/ssh/connect.ts";
import type { Channel } from "../../src/remote/types.ts";
import { sshPerson, startSshMachine, type SshMachine, type SshPerson } from "../support/ssh-machine.ts";

const label = "remote-ssh";
let machine: SshMachine;
const people: SshPerson[] = [];

beforeAll(async () => {
  machine = await startSshMachine(label);
});
afterAll(async () => await machine.remove());
afterEach(async () => {
  for (const person of people.splice(0)) await person.remove();
});

async function newPerson(...args: Parameters<typeof sshPerson>): Promise<SshPerson> {
  const person = await sshPerson(...args);
  people.push(person);
  return person;
}

async function text(stream: AsyncIterable<unknown>): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all;
}

async function result(channel: Channel): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr, { code }] = await Promise.all([text(channel.stdout), text(channel.stderr), channel.exit]);
  return { code, stdout, stderr };
}

describe("a command", () => {
  test("by a key without pass phrase", async () => {
    const person = await newPerson();
    await machine.authorize(await person.key("id_ed25519"));
    await person.write("known_hosts", await machine.hostKeys());
    const connection = await connectSsh(person.ctx, { destination: `person@${machine.address}` });
    const channel = await connection.exec("echo out; echo err >&2; exit 7");
    expect(await result(channel)).toEqual({ code: 7, stdout: "out\n", stderr: "err\n" });
    connection.close();
    expect(await connection.gone).toBeUndefined();
  });
});
