import { readFile } from 'node:fs/promises'
import { VersionFile } from '../registry/files.ts'
import { loadClient, versionPath } from '../registry/folder.ts'
import { type Move, moved } from '../registry/life-cycle.ts'
import { isName, isVersion } from '../registry/names.ts'
import type { PublishedOperation } from '../registry/registry.ts'
import { type OperationCount, usageKey } from '../registry/usage.ts'
import { replaceFile } from '../registry/write.ts'
import { type CommandContext, countedUsage } from './context.ts'
import { done, type Outcome, refused } from './outcome.ts'

const recentMs = 30 * 24 * 3_600_000
const publishedEverywhereMs = 60_000 // after which every gateway has read what was published

/** Deprecates, retires or restores a version. A version in use is retired only with `yes`. */
export async function moveVersion(
  context: CommandContext,
  verb: Move,
  [client = '', app = '', version = '']: readonly string[],
  { sunset, yes }: { readonly sunset: Date | undefined; readonly yes: boolean },
): Promise<Outcome> {
  const owner =
    isName(client) && isName(app) && isVersion(version) ? await loadClient(context.folder, client) : undefined
  const its = owner?.operations.filter((one) => one.app === app && one.version === version) ?? []
  const [first] = its
  if (!owner || !first) return refused(`${client}/${app}/${version} is not published.`)
  if (sunset && sunset <= context.now) return refused('The sunset is in the past. Choose a later date.')
  const life = moved(first.life, verb, context.now, sunset)
  if (!life) return refused(`${client}/${app}/${version} is ${first.life.state}, so ${verb} is not possible.`)

  const usage = await recentUse(
    context,
    its,
    verb === 'retire' ? owner.operations.filter((one) => !its.includes(one)) : [],
  )
  if (verb === 'retire' && usage.stops && !yes)
    return refused(...usage.lines, 'They would be refused from now on. Add --yes to retire them nevertheless.')

  const path = versionPath(context.folder, client, app, version)
  const file = VersionFile.parse(JSON.parse(await readFile(path, 'utf8')))
  await replaceFile(context.folder, path, { ...file, life })
  const notes = verb === 'restore' ? [] : usage.lines
  return done(...notes, `${client}/${app}/${version} is ${life.state}.`)
}

/**
 * Whether another version has had this operation since it was last used. From then on requests with its text or hash use that version,
 * and only requests that name this version use this one.
 */
const isReplaced = ({ text }: PublishedOperation, lastUsed: Date, others: readonly PublishedOperation[]): boolean =>
  others.some(
    ({ text: same, life }) =>
      same === text &&
      life.state !== 'retired' &&
      Date.parse(life.publishedAt) + publishedEverywhereMs > lastUsed.getTime(),
  )

/** Which operations were used recently and are not replaced by other versions. */
async function recentUse(
  context: CommandContext,
  operations: readonly PublishedOperation[],
  others: readonly PublishedOperation[],
): Promise<{ stops: boolean; lines: string[] }> {
  let counts: ReadonlyMap<string, OperationCount> | undefined
  try {
    counts = await countedUsage(context)
  } catch {
    return { stops: true, lines: ['Redis cannot be reached, so it is unknown what is in use.'] }
  }
  if (!counts) return { stops: false, lines: ['REDIS_URL is not set, so it is unknown what is in use.'] }
  const lines = operations.flatMap((operation) => {
    const count = counts.get(usageKey(operation))
    if (!count?.lastUsed || context.now.getTime() - count.lastUsed.getTime() > recentMs) return []
    if (isReplaced(operation, count.lastUsed, others)) return []
    return [`  ${operation.name}: ${count.uses} uses, last on ${count.lastUsed.toISOString()}`]
  })
  return { stops: lines.length > 0, lines: lines.length > 0 ? ['In use within the last 30 days:', ...lines] : [] }
}
