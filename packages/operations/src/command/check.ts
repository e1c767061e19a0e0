import type { Inspected } from '../registry/inspected.ts'
import { nameId } from '../registry/names.ts'
import { ambiguities } from '../registry/registry.ts'
import { type CommandContext, readClients } from './context.ts'
import { done, type Outcome, refused } from './outcome.ts'

/** Reports published operations that the supergraph cannot answer for their client, or not within the limits, and invalid files. */
export async function check(context: CommandContext): Promise<Outcome> {
  const [{ clients, errors }, inspect] = await Promise.all([readClients(context), context.loadInspect()])
  const known = new Map<string, Inspected>()
  const inspected = (text: string): Inspected => {
    const found = known.get(text) ?? inspect(text)
    known.set(text, found)
    return found
  }
  const notRetired = clients.flatMap(({ file, operations }) =>
    operations.filter(({ life }) => life.state !== 'retired').map((operation) => ({ file, operation })),
  )
  const broken = notRetired.flatMap(({ file, operation: { client, app, version, name, life, text } }) => {
    const found = inspected(text)
    const reasons = found.ok ? (file.kind === 'partner' ? found.notVisibleWith(file.scopes) : []) : found.errors
    const state = life.state === 'deprecated' ? ' (deprecated)' : ''
    return reasons.map((reason) => `${client} ${nameId(app, version, name)}${state}: ${reason}`)
  })
  if (broken.length > 0) broken.unshift('The supergraph breaks published operations:')
  const all = [...broken, ...errors, ...ambiguities(clients)]
  if (all.length > 0) return refused(...all)
  return done(`${notRetired.length} published operations hold.`)
}
