import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forbiddenAddress } from '../../../src/world/http/allowed-addresses.ts';

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '193.0.0.1',
  '2606:4700::1111',
  '2a00:1450:4001::200e',
  '2001:4860:4860::8888',
];

const PRIVATE = [
  '10.0.0.1',
  '10.255.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '100.100.100.199',
  '100.100.100.201',
  'fd00:ec2::253',
  'fd00:ec2::255',
  '100.127.255.255',
  '::1',
  'fc00::1',
  'fd12:3456::1',
];

const SPECIAL = [
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd00:0ec2:0:0:0:0:0:0254',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '64:ff9b::a00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:0a00:0001',
  '::ffff:8.8.8.8',
  '4000::1',
];

test('public addresses may be connected to', () => {
  for (const address of PUBLIC)
    for (const allow of [true, false]) assert.equal(forbiddenAddress(address, allow), undefined, address);
});

test('private ones only where that is allowed', () => {
  for (const address of PRIVATE) {
    assert.equal(forbiddenAddress(address, false), 'private', address);
    assert.equal(forbiddenAddress(address, true), undefined, address);
  }
});

test('link-local, multicast, mapped, translated, reserved and documentation addresses never', () => {
  for (const address of SPECIAL)
    for (const allow of [true, false]) assert.equal(forbiddenAddress(address, allow), 'special', address);
});

test('what is no plain address never', () => {
  for (const address of [
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    'fe80::1%eth0',
    '1.2.3.4:80',
    '[::1]',
  ])
    assert.equal(forbiddenAddress(address, true), 'no-address', address);
});
