import { escapeIdentifier, escapeLiteral } from 'pg'
import { queryOnce, withClient } from './postgres.ts'

/** The roles that the migrations create, one per subgraph. */
export const roles = ['booking', 'fleet', 'payment'] as const
export type Role = (typeof roles)[number]

/** The URL of another database of the same server. */
export const urlOf = (serverUrl: string, database: string): string =>
  Object.assign(new URL(serverUrl), { pathname: database }).href

/** The URL of the same database for another role. */
export function urlAs(ownerUrl: string, role: Role, password: string): string {
  const url = new URL(ownerUrl)
  url.username = role
  url.password = encodeURIComponent(password)
  return url.href
}

/** Lets the roles log in. Migrations create them without passwords, since each machine has its own. */
export async function setPasswords(ownerUrl: string, passwords: Record<Role, string>): Promise<void> {
  for (const role of roles) {
    await queryOnce(ownerUrl, `alter role ${escapeIdentifier(role)} login password ${escapeLiteral(passwords[role])}`)
  }
}

/** Creates the database unless it exists. `serverUrl` leads to any other database of the server, as the owner. */
export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<void> {
  if ((await queryOnce(serverUrl, 'select from pg_database where datname = $1', [name])).length > 0) return
  const from = template === undefined ? '' : ` template ${escapeIdentifier(template)}`
  await queryOnce(serverUrl, `create database ${escapeIdentifier(name)}${from}`)
}

/** Drops it and closes the connections to it. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await queryOnce(serverUrl, `drop database if exists ${escapeIdentifier(name)} with (force)`)
}

/** Runs `act` in one process at a time, of all that use this server and this name. Waits up to a minute. */
export const withAdvisoryLock = <T>(serverUrl: string, name: string, act: () => Promise<T>): Promise<T> =>
  withClient(serverUrl, 60_000, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name])
    return act()
  })
