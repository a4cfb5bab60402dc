import { BlockList, isIP } from "node:net";

// Which addresses messages may go to. A name on the internet must not lead into the user's own network.

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const special = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  special.addSubnet(net, bits, "ipv4");

/** All that is in use on the internet. */
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");
const special6 = new BlockList();
for (const [net, bits] of [
  // Teredo and others, documentation, and 6to4, which has an IPv4 address in it.
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
] as const)
  special6.addSubnet(net, bits, "ipv6");

export type AddressKind = "public" | "loopback" | "private";

/** @param address an IP address; one that is none counts as private */
export function kindOfAddress(address: string): AddressKind {
  const family = isIP(address);
  if (family === 4) {
    if (loopback.check(address, "ipv4")) return "loopback";
    return special.check(address, "ipv4") ? "private" : "public";
  }
  if (family !== 6) return "private";
  if (loopback.check(address, "ipv6")) return "loopback";
  return global6.check(address, "ipv6") && !special6.check(address, "ipv6") ? "public" : "private";
}
