import type { RegisteredClient } from '../registry.ts'
import { usageKey } from '../usage.ts'
import { done, type Outcome, refused, table } from './outcome.ts'
import { countedUsage, type Place, readClients } from './place.ts'

/** The clients, and the versions of each. */
export async function list(place: Place, [only]: readonly string[]): Promise<Outcome> {
  const { clients, faults } = await readClients(place)
  const wanted = clients.filter(({ name }) => only === undefined || name === only)
  const lines = wanted.flatMap((client) => [described(client), ...versions(client)])
  return faults.length > 0 ? refused(...lines, ...faults) : done(...lines)
}

function described({ name, file }: RegisteredClient): string {
  const rate = file.rate ? `, ${file.rate.perMinute} a minute` : ''
  if (file.kind === 'app') return `${name}: app, enforcement ${file.enforcement}, azp ${file.azp.join(' ')}${rate}`
  const keys = file.keys.map(({ hint, created }) => `${hint}… of ${created.slice(0, 10)}`).join(' ') || 'none'
  return `${name}: partner, scopes ${file.scopes.join(' ') || 'none'}, keys ${keys}${rate}`
}

function versions({ operations }: RegisteredClient): readonly string[] {
  const all = Map.groupBy(operations, ({ app, version }) => `${app}/${version}`)
  return [...all].map(([version, its]) => {
    const life = its[0]?.life
    const until = life?.sunset ? `, sunset ${life.sunset.slice(0, 10)}` : ''
    return `  ${version}: ${life?.state}${until}, ${its.length} operations, published ${life?.publishedAt.slice(0, 10)}`
  })
}

/** How often every operation that is not retired was used, those that nobody uses last. */
export async function usageReport(place: Place, [only]: readonly string[]): Promise<Outcome> {
  const counts = await countedUsage(place)
  if (!counts) return refused('Usage is counted in Redis: say where by REDIS_URL.')
  const { clients, faults } = await readClients(place)
  const rows = clients
    .filter(({ name }) => only === undefined || name === only)
    .flatMap(({ operations }) => operations)
    .filter(({ life }) => life.state !== 'retired')
    .map((operation) => ({ operation, count: counts.get(usageKey(operation)) }))
    .sort((one, other) => (other.count?.uses ?? 0) - (one.count?.uses ?? 0))
    .map(({ operation, count }) => [
      operation.client,
      operation.app,
      operation.version,
      operation.name,
      String(count?.uses ?? 0),
      count?.lastUsed?.toISOString() ?? 'never',
    ])
  return done(...table(['client', 'app', 'version', 'operation', 'uses', 'last'], rows), ...faults)
}
