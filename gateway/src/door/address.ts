import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'

/**
 * The address that is counted for whoever sent the request: an IPv4 address, or the /64 network of an IPv6 one, for that
 * is what one customer has. Behind `proxies` proxies of ours it stands in X-Forwarded-For that many places from the right;
 * what is further left, or in place of an address, anybody may have written.
 */
export function addressOf({ headers, socket }: IncomingMessage, proxies: number): string {
  const peer = countedAs(socket.remoteAddress ?? '') ?? 'unknown'
  if (proxies === 0) return peer
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  const given = forwarded.at(-proxies)
  return (given === undefined ? undefined : countedAs(withoutPort(given.trim()))) ?? peer
}

/** Some proxies write the port along. */
const withoutPort = (text: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text

function countedAs(address: string): string | undefined {
  if (isIPv4(address)) return address
  const [plain = ''] = address.split('%', 1)
  if (!isIPv6(plain)) return undefined
  const groups = groupsOf(plain)
  const [high, low] = groups.slice(6)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped && high !== undefined && low !== undefined) return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::')
  const [left, right] = [numbers(head), numbers(tail ?? '')]
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

/** An IPv4 address may stand for the last two groups. */
const numbers = (text: string): number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (!group.includes('.')) return [Number.parseInt(group, 16)]
        const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
        return [a * 256 + b, c * 256 + d]
      })
