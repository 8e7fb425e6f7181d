/** Whether this laptop could reach anything: looked at before shares come out of their bags, and kept in the record. */
import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { NetworkLook } from '../../../contract/escrow-register.ts';

export interface NetworkSources {
  interfaces: () => ReturnType<typeof networkInterfaces>;
  /** Root of the `proc` and `sys` file systems; null where there are none. */
  root: string | null;
}

const HERE: NetworkSources = { interfaces: networkInterfaces, root: process.platform === 'linux' ? '/' : null };

/**
 * Looks at addresses and routes; sends nothing. A radio that is on without an address, or a phone on a cable that comes up a
 * minute later, shows only in a later look: a ceremony looks again at its end.
 * @param now milliseconds since 1970
 */
export function lookAtNetwork(now: number, { interfaces, root }: NetworkSources = HERE): NetworkLook {
  const up = Object.entries(interfaces()).flatMap(([name, addresses]) => {
    const outward = (addresses ?? []).filter(({ internal }) => !internal);
    return outward.length === 0 ? [] : [{ name, addresses: outward.map(({ address }) => address), carrier: root === null ? null : carrierOf(root, name) }];
  });
  const routes = root === null ? [] : routesOf(root);
  const off = up.length === 0 && routes.length === 0;
  return {
    at: new Date(now).toISOString(), off, interfaces: up, routes,
    how: root === null ? 'addresses of all network interfaces; this system does not tell its routes without a program' : 'addresses of all network interfaces, and the routes in /proc/net/route and /proc/net/ipv6_route',
    words: off ? 'The network is off: no interface but loopback has an address, and no route leads out.' : `The network is ON: ${[...up.map(({ name, addresses }) => `${name} has ${addresses.join(', ')}`), ...routes.slice(0, 4)].join('; ')}.`,
  };
}

function carrierOf(root: string, name: string): boolean | null {
  const text = readOr(join(root, 'sys/class/net', name, 'carrier'));
  return text === null ? null : text.trim() === '1';
}

/** Reading `carrier` of an interface that is down is an error: nobody knows then. */
function readOr(path: string): string | null {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  } catch {
    return null;
  }
}

function routesOf(root: string): string[] {
  return [...ipv4Routes(readOr(join(root, 'proc/net/route')) ?? ''), ...ipv6Routes(readOr(join(root, 'proc/net/ipv6_route')) ?? '')];
}

/** Columns: Iface, Destination, Gateway, Flags, …, Mask; addresses as little-endian hex. */
function ipv4Routes(table: string): string[] {
  return table.split('\n').slice(1).flatMap((line) => {
    const [name = '', destination = '', gateway = ''] = line.trim().split(/\s+/u);
    if (name === '' || name === 'lo') return [];
    const via = gateway === '00000000' ? '' : ` via ${dotted(gateway)}`;
    return [`${destination === '00000000' ? 'default' : dotted(destination)}${via} dev ${name}`];
  });
}

function dotted(hex: string): string {
  return (hex.match(/../gu) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)).join('.');
}

/** Columns: destination, prefix length, …, interface last. Link-local and multicast routes come with every interface. */
function ipv6Routes(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/u);
    const [destination = '', length = ''] = fields;
    const name = fields.at(-1) ?? '';
    if (fields.length < 10 || name === 'lo' || /^(?:fe80|ff)/u.test(destination)) return [];
    return [`${Number.parseInt(length, 16) === 0 ? 'default (IPv6)' : `${destination.slice(0, 16)}…/${Number.parseInt(length, 16)}`} dev ${name}`];
  });
}
