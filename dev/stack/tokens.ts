import { messages } from '../messages.ts'

/** Who the token is for; without anything, a new customer. */
export type TokenRequest = { sub?: string; role?: 'customer' | 'operator' | 'vehicle'; ttlSeconds?: number }

/** Requests a token from a development issuer. */
export async function tokenFrom(issuerUrl: string, request: TokenRequest = {}): Promise<string> {
  const response = await fetch(`${issuerUrl}/token`, {
    method: 'POST',
    body: JSON.stringify({ role: 'customer', ...request }),
    signal: AbortSignal.timeout(5_000),
  })
  const answer = (await response.json()) as { access_token?: string; error?: string }
  if (answer.access_token === undefined) throw new Error(messages.noToken(answer.error ?? response.status))
  return answer.access_token
}
