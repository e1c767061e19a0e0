import { type Inspected, inspector, outOfReach } from '../inspect.ts'
import { nameId } from '../names.ts'
import { ambiguities } from '../registry.ts'
import { done, type Outcome, refused } from './outcome.ts'
import { type Place, readClients } from './place.ts'
import { readSupergraph } from './supergraph.ts'

/** Names every published operation that the supergraph does not answer to its client, or not within the limits, and files that are wrong. */
export async function check(place: Place): Promise<Outcome> {
  const [{ clients, faults }, graph] = await Promise.all([readClients(place), readSupergraph(place.supergraph)])
  const inspect = inspector(graph, place.limits)
  const known = new Map<string, Inspected>()
  const inspected = (text: string): Inspected => {
    const found = known.get(text) ?? inspect(text)
    known.set(text, found)
    return found
  }
  const alive = clients.flatMap(({ file, operations }) =>
    operations.filter(({ life }) => life.state !== 'retired').map((operation) => ({ file, operation })),
  )
  const broken = alive.flatMap(({ file, operation: { client, app, version, name, life, text } }) => {
    const found = inspected(text)
    const faults = found.ok ? (file.kind === 'partner' ? outOfReach(found.rules, file.scopes) : []) : found.faults
    const state = life.state === 'deprecated' ? ' (deprecated)' : ''
    return faults.map((fault) => `${client} ${nameId(app, version, name)}${state}: ${fault}`)
  })
  if (broken.length > 0) broken.unshift('The supergraph breaks published operations:')
  const all = [...broken, ...faults, ...ambiguities(clients)]
  if (all.length > 0) return refused(...all)
  return done(`${alive.length} published operations hold.`)
}
