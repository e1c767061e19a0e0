import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { addressOf } from './address.ts'

// All that is looked at; a whole request has a socket to be opened.
const from = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

describe('the address of a request', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, 'unknown'],
  ])('%s is counted as %s', (address, counted) => {
    expect(addressOf(from(address), 0)).toBe(counted)
  })

  it.each([
    ['is the entry of the nearest proxy', '198.51.100.1, 203.0.113.9', 1, '203.0.113.9'],
    ['is the entry of the farther of two proxies', '198.51.100.1, 203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
    ['is the peer when there are fewer entries than proxies', '203.0.113.9', 2, '10.0.0.1'],
    ['is the peer without the header', undefined, 1, '10.0.0.1'],
    ['is the peer when there are no proxies, whatever is claimed', '203.0.113.9', 0, '10.0.0.1'],
    ['is the peer when the entry is not an address', 'unknown', 1, '10.0.0.1'],
    ['may have a port', '203.0.113.9:4711', 1, '203.0.113.9'],
    ['may be IPv6 with a port', '[2001:db8::1]:4711', 1, '2001:db8:0:0::/64'],
  ])('%s', (_, forwarded, proxies, expected) => {
    expect(addressOf(from('10.0.0.1', forwarded), proxies)).toBe(expected)
  })
})
