import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { queryOnce } from './postgres.ts'

/** The roles the migrations make, one per subgraph. */
export const roles = ['booking', 'fleet', 'payment'] as const
export type Role = (typeof roles)[number]

/** The same database as somebody else. */
export function urlAs(ownerUrl: string, role: Role, password: string): string {
  const url = new URL(ownerUrl)
  url.username = role
  url.password = encodeURIComponent(password)
  return url.href
}

/** Lets the roles log in. Migrations make them without passwords; these are the machine's own. */
export async function setPasswords(ownerUrl: string, passwords: Record<Role, string>): Promise<void> {
  for (const role of roles) {
    await queryOnce(ownerUrl, `alter role ${escapeIdentifier(role)} login password ${escapeLiteral(passwords[role])}`)
  }
}

/** Creates the database unless it exists. `serverUrl` is the owner's, to any other database of the server. */
export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<void> {
  if ((await queryOnce(serverUrl, 'select from pg_database where datname = $1', [name])).length > 0) return
  const from = template === undefined ? '' : ` template ${escapeIdentifier(template)}`
  await queryOnce(serverUrl, `create database ${escapeIdentifier(name)}${from}`)
}

/** Drops it, throwing out whoever is connected. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await queryOnce(serverUrl, `drop database if exists ${escapeIdentifier(name)} with (force)`)
}

/** Does something that only one process of a server may do at a time. Waits up to a minute for its turn. */
export async function withAdvisoryLock<T>(serverUrl: string, turn: string, act: () => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 5_000, query_timeout: 60_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [turn])
    return await act()
  } finally {
    await client.end()
  }
}
