import { z } from 'zod'
import { ClientFile, keysAtOnce } from '../registry/files.ts'
import { clientPath, loadClient } from '../registry/folder.ts'
import { newKey } from '../registry/keys.ts'
import { isName, sha256 } from '../registry/names.ts'
import { createFile, replaceFile } from '../registry/write.ts'
import type { CommandContext } from './context.ts'
import { done, type Outcome, refused } from './outcome.ts'

/** Creates a client, or changes the given properties of one. */
export async function client(
  context: CommandContext,
  [name = '']: readonly string[],
  changes: {
    readonly kind: 'partner' | 'app' | undefined
    readonly scopes: readonly string[] | undefined
    readonly azp: readonly string[] | undefined
    readonly enforcement: string | undefined
    readonly perMinute: number | undefined
  },
): Promise<Outcome> {
  if (!isName(name)) return refused(`"${name}" is not a valid client name. Use letters a-z, digits, - and _.`)
  const before = await loadClient(context.folder, name)
  const kind = before?.file.kind ?? changes.kind
  if (!kind) return refused(`There is no client "${name}". Create it with --partner or --app.`)
  if (changes.kind && changes.kind !== kind)
    return refused(`${name} is a client of the kind ${kind}. The kind cannot be changed; create another client.`)
  const foreign = kind === 'partner' ? [changes.azp, changes.enforcement] : [changes.scopes]
  if (foreign.some((given) => given !== undefined))
    return refused(
      kind === 'partner'
        ? 'A partner is recognised by its keys and runs published operations only. Leave out --azp and --enforcement.'
        : 'An app has the scopes of its tokens. Leave out --scopes.',
    )
  const start = kind === 'partner' ? { kind, scopes: [], keys: [] } : { kind, azp: [name], enforcement: 'audit' }
  const file = ClientFile.safeParse({
    ...start,
    ...before?.file,
    ...(changes.scopes && { scopes: changes.scopes }),
    ...(changes.azp && { azp: changes.azp }),
    ...(changes.enforcement && { enforcement: changes.enforcement }),
    ...(changes.perMinute !== undefined && { rate: { perMinute: changes.perMinute } }),
  })
  if (!file.success) return refused(z.prettifyError(file.error))
  const path = clientPath(context.folder, name)
  if (before) await replaceFile(context.folder, path, file.data)
  else if (!(await createFile(context.folder, path, file.data)))
    return refused(`Somebody else has just created ${name}. Run the command again to change it.`)
  return done(`${name} is ${before ? 'changed' : 'created'}: ${JSON.stringify({ ...file.data, keys: undefined })}`)
}

/** Creates a key, which is shown only once. */
export async function addKey(context: CommandContext, name: string): Promise<Outcome> {
  const partner = await partnerNamed(context, name)
  if (typeof partner === 'string') return refused(partner)
  if (partner.keys.length >= keysAtOnce)
    return refused(`${name} has ${keysAtOnce} keys. Revoke one first: ${hints(partner.keys)}`)
  const { secret, key } = newKey(context.now)
  await replaceFile(context.folder, clientPath(context.folder, name), { ...partner, keys: [...partner.keys, key] })
  return done(secret, 'Store this key now. It is not shown again.')
}

/** Revokes a key, given completely or by its first characters. Gateways close its connections as soon as they read the change. */
export async function revokeKey(context: CommandContext, name: string, given: string): Promise<Outcome> {
  const partner = await partnerNamed(context, name)
  if (typeof partner === 'string') return refused(partner)
  const hash = sha256(given)
  const revoked = partner.keys.find((key) => key.hint === given.replace(/…$/, '') || key.hash === hash)
  if (!revoked) return refused(`${name} has no such key. Its keys are: ${hints(partner.keys)}`)
  const left = partner.keys.filter((key) => key !== revoked)
  await replaceFile(context.folder, clientPath(context.folder, name), { ...partner, keys: left })
  return done(`${revoked.hint}… of ${name} is revoked.`)
}

async function partnerNamed(context: CommandContext, name: string) {
  const found = isName(name) ? await loadClient(context.folder, name) : undefined
  return found?.file.kind === 'partner' ? found.file : `There is no partner "${name}".`
}

const hints = (keys: readonly { readonly hint: string; readonly created: string }[]): string =>
  keys.map(({ hint, created }) => `${hint} (${created.slice(0, 10)})`).join(', ') || 'none'
