import { BlockList, isIP } from 'node:net';

/** Ranges by `address/prefix`. */
type Ranges = readonly string[];

/** Addresses inside somebody's own network or machine; connected to only where a setting allows it. */
const PRIVATE: Ranges = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
];

/** Addresses nothing is served at: link-local, metadata services of clouds, multicast, documentation, translation, reserved. */
const NEVER: Ranges = [
  // Metadata services that answer inside private ranges; the usual one is link-local.
  '100.100.100.200/32',
  'fd00:ec2::254/128',
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];

/** All that IPv6 gives out for use between networks; everything else is special (RFC 4291 2.4, IANA registry). */
const GLOBAL_IPV6: Ranges = ['2000::/3'];

const privates = blockList(PRIVATE);
const never = blockList(NEVER);
const globalIpv6 = blockList(GLOBAL_IPV6);

function blockList(ranges: Ranges): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Why an address must not be connected to. */
export type Forbidden = 'private' | 'special' | 'no-address';

/**
 * Why we must not connect to an address, or undefined. IPv4 written as IPv6 is judged as what it is nowhere: it reaches an
 * IPv4 address past the rules for those, so it is refused.
 */
export function forbiddenAddress(address: string, allowPrivate: boolean): Forbidden | undefined {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return 'no-address';
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (version === 6 && isMapped(address)) return 'special';
  if (never.check(address, family)) return 'special';
  if (privates.check(address, family)) return allowPrivate ? undefined : 'private';
  if (version === 6 && !globalIpv6.check(address, family)) return 'special';
  return undefined;
}

/** `::ffff:a.b.c.d` in any spelling: the standard form has no more than two groups before the end. */
function isMapped(address: string): boolean {
  const canonical = new URL(`http://[${address}]`).hostname;
  return /^\[::ffff:/.test(canonical);
}
