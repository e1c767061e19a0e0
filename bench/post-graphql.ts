import type { Pool } from 'undici'

/** Sends a GraphQL request and resolves to the text of the response. */
export async function postGraphQL(
  pool: Pool,
  path: string,
  request: { query: string; variables: object },
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { body } = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  })
  return body.text()
}
