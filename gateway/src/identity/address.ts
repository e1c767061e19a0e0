import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * The address that limits count for a request: an IPv4 address, or the /64 network of an IPv6 address, because one household has a
 * whole /64. Behind `trustedProxies` proxies it is that many places from the right in X-Forwarded-For. What is further left, or is no
 * address, may have been written by anybody.
 */
export function addressOf({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const peer = networkOf(socket.remoteAddress ?? '') ?? 'unknown'
  if (trustedProxies === 0) return peer
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').at(-trustedProxies)
  return (forwarded === undefined ? undefined : networkOf(withoutPort(forwarded.trim()))) ?? peer
}

/** Some proxies add the port. */
const withoutPort = (text: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text

function networkOf(text: string): string | undefined {
  if (isIPv4(text)) return text
  const [address = ''] = text.split('%', 1)
  if (!isIPv6(address)) return undefined
  const parsed = ipaddr.process(address) // An IPv4-mapped address becomes IPv4.
  if (!('parts' in parsed)) return parsed.toString()
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16))
  return `${network.join(':')}::/64`
}
