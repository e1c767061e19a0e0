import { z } from 'zod'
import { ClientFile, keysAtOnce } from '../files.ts'
import { clientPath, loadClient } from '../folder.ts'
import { hashOf, newKey } from '../keys.ts'
import { isName } from '../names.ts'
import { createFile, replaceFile } from '../write.ts'
import { done, type Outcome, refused } from './outcome.ts'
import type { Place } from './place.ts'

export interface Wanted {
  readonly kind: 'partner' | 'app' | undefined
  readonly scopes: readonly string[] | undefined
  readonly azp: readonly string[] | undefined
  readonly enforcement: string | undefined
  readonly perMinute: number | undefined
}

/** Makes a client, or changes of one what is given. */
export async function client(place: Place, [name = '']: readonly string[], wanted: Wanted): Promise<Outcome> {
  if (!isName(name)) return refused(`"${name}" is no name of a client: letters a-z, digits, - and _.`)
  const before = await loadClient(place.folder, name)
  const kind = before?.file.kind ?? wanted.kind
  if (!kind) return refused(`There is no client "${name}"; say --partner or --app to make it.`)
  if (wanted.kind && wanted.kind !== kind) return refused(`${name} is a client of the kind ${kind}, and stays one.`)
  const foreign = kind === 'partner' ? [wanted.azp, wanted.enforcement] : [wanted.scopes]
  if (foreign.some((given) => given !== undefined))
    return refused(
      kind === 'partner'
        ? 'A partner is known by its keys and runs published operations only: neither --azp nor --enforcement.'
        : 'The scopes of an app are those of its tokens: no --scopes.',
    )
  const start = kind === 'partner' ? { kind, scopes: [], keys: [] } : { kind, azp: [name], enforcement: 'audit' }
  const file = ClientFile.safeParse({
    ...start,
    ...before?.file,
    ...(wanted.scopes && { scopes: wanted.scopes }),
    ...(wanted.azp && { azp: wanted.azp }),
    ...(wanted.enforcement && { enforcement: wanted.enforcement }),
    ...(wanted.perMinute !== undefined && { rate: { perMinute: wanted.perMinute } }),
  })
  if (!file.success) return refused(z.prettifyError(file.error))
  const path = clientPath(place.folder, name)
  if (before) await replaceFile(place.folder, path, file.data)
  else if (!(await createFile(place.folder, path, file.data))) return refused(`Somebody else has just made ${name}.`)
  return done(`${name} is ${before ? 'changed' : 'made'}: ${JSON.stringify({ ...file.data, keys: undefined })}`)
}

/** Makes a key, which is shown this once. */
export async function addKey(place: Place, name: string): Promise<Outcome> {
  const partner = await partnerNamed(place, name)
  if (typeof partner === 'string') return refused(partner)
  if (partner.keys.length >= keysAtOnce)
    return refused(`${name} has ${keysAtOnce} keys; revoke one first: ${hints(partner.keys)}`)
  const { secret, key } = newKey(place.now)
  await replaceFile(place.folder, clientPath(place.folder, name), { ...partner, keys: [...partner.keys, key] })
  return done(secret, 'This is the only time that this key is shown.')
}

/** Revokes the key that is given whole, or by its hint; gateways close what it opened as soon as they see it. */
export async function revokeKey(place: Place, name: string, given: string): Promise<Outcome> {
  const partner = await partnerNamed(place, name)
  if (typeof partner === 'string') return refused(partner)
  const hash = hashOf(given)
  const revoked = partner.keys.find((key) => key.hint === given.replace(/…$/, '') || key.hash === hash)
  if (!revoked) return refused(`${name} has no such key; there are: ${hints(partner.keys)}`)
  const left = partner.keys.filter((key) => key !== revoked)
  await replaceFile(place.folder, clientPath(place.folder, name), { ...partner, keys: left })
  return done(`${revoked.hint}… of ${name} is revoked.`)
}

async function partnerNamed(place: Place, name: string) {
  const found = isName(name) ? await loadClient(place.folder, name) : undefined
  return found?.file.kind === 'partner' ? found.file : `There is no partner "${name}".`
}

const hints = (keys: readonly { readonly hint: string; readonly created: string }[]): string =>
  keys.map(({ hint, created }) => `${hint} (${created.slice(0, 10)})`).join(', ') || 'none'
