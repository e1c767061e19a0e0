import { readFile } from 'node:fs/promises'
import { VersionFile } from '../files.ts'
import { loadClient, versionPath } from '../folder.ts'
import { type Move, moved } from '../life.ts'
import { isName, isVersion } from '../names.ts'
import type { Published } from '../registry.ts'
import { type Count, usageKey } from '../usage.ts'
import { replaceFile } from '../write.ts'
import { done, type Outcome, refused } from './outcome.ts'
import { countedUsage, type Place } from './place.ts'

const latelyMs = 30 * 24 * 3_600_000
const takenOverMs = 60_000 // after which every gateway knows what was published

/** Deprecates, retires or restores a version. What is in use stops that, until somebody says `yes`. */
export async function move(
  place: Place,
  verb: Move,
  [client = '', app = '', version = '']: readonly string[],
  { sunset, yes }: { readonly sunset: Date | undefined; readonly yes: boolean },
): Promise<Outcome> {
  const owner = isName(client) && isName(app) && isVersion(version) ? await loadClient(place.folder, client) : undefined
  const its = owner?.operations.filter((one) => one.app === app && one.version === version) ?? []
  const [first] = its
  if (!owner || !first) return refused(`${client}/${app}/${version} is not published.`)
  if (sunset && sunset <= place.now) return refused('The sunset is over already.')
  const life = moved(first.life, verb, place.now, sunset)
  if (!life) return refused(`${client}/${app}/${version} is ${first.life.state}; there is no way to ${verb} it.`)

  const named = await used(place, its, verb === 'retire' ? owner.operations.filter((one) => !its.includes(one)) : [])
  if (verb === 'retire' && named.stops && !yes)
    return refused(...named.lines, 'These would be refused from now on. Retire them all the same with --yes.')

  const path = versionPath(place.folder, client, app, version)
  const file = VersionFile.parse(JSON.parse(await readFile(path, 'utf8')))
  await replaceFile(place.folder, path, { ...file, life })
  const told = verb === 'restore' ? [] : named.lines
  return done(...told, `${client}/${app}/${version} is ${life.state}.`)
}

/**
 * Whether another version has answered for this operation since it was last used: from then on whoever sends its text or
 * hash uses that one, and only who names this version uses this.
 */
const isReplaced = ({ text }: Published, lastUsed: Date, others: readonly Published[]): boolean =>
  others.some(
    ({ text: same, life }) =>
      same === text && life.state !== 'retired' && Date.parse(life.publishedAt) + takenOverMs > lastUsed.getTime(),
  )

/** Which of the operations were used lately, and not by clients that others serve by now. */
async function used(
  place: Place,
  operations: readonly Published[],
  others: readonly Published[],
): Promise<{ stops: boolean; lines: string[] }> {
  let counts: ReadonlyMap<string, Count> | undefined
  try {
    counts = await countedUsage(place)
  } catch {
    return { stops: true, lines: ['Redis does not say what is in use.'] }
  }
  if (!counts) return { stops: false, lines: ['It is not known what is in use: REDIS_URL is not set.'] }
  const lines = operations.flatMap((operation) => {
    const count = counts.get(usageKey(operation))
    if (!count?.lastUsed || place.now.getTime() - count.lastUsed.getTime() > latelyMs) return []
    if (isReplaced(operation, count.lastUsed, others)) return []
    return [`  ${operation.name}: ${count.uses} uses, last on ${count.lastUsed.toISOString()}`]
  })
  return { stops: lines.length > 0, lines: lines.length > 0 ? ['In use within the last 30 days:', ...lines] : [] }
}
