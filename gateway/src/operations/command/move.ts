import { readFile } from 'node:fs/promises'
import { VersionFile } from '../files.ts'
import { loadClient, versionPath } from '../folder.ts'
import { type Move, moved } from '../life.ts'
import { isName, isVersion } from '../names.ts'
import type { Published, RegisteredClient } from '../registry.ts'
import { type Count, usageKey } from '../usage.ts'
import { replaceFile } from '../write.ts'
import { done, type Outcome, refused } from './outcome.ts'
import { countedUsage, type Place } from './place.ts'

const latelyMs = 30 * 24 * 3_600_000

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

  const named = await used(place, verb === 'retire' ? its.filter((one) => isOnlyHere(one, owner)) : its)
  if (verb === 'retire' && named.stops && !yes)
    return refused(...named.lines, 'These would be refused from now on. Retire them all the same with --yes.')

  const path = versionPath(place.folder, client, app, version)
  const file = VersionFile.parse(JSON.parse(await readFile(path, 'utf8')))
  await replaceFile(place.folder, path, { ...file, life })
  const told = verb === 'restore' ? [] : named.lines
  return done(...told, `${client}/${app}/${version} is ${life.state}.`)
}

/** Whether clients that send its text or hash have no other version to be answered by. */
const isOnlyHere = (operation: Published, { operations }: RegisteredClient): boolean =>
  !operations.some(
    (other) => other.text === operation.text && other.version !== operation.version && other.life.state !== 'retired',
  )

async function used(place: Place, operations: readonly Published[]): Promise<{ stops: boolean; lines: string[] }> {
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
    return [`  ${operation.name}: used ${count.uses} times, last on ${count.lastUsed.toISOString()}`]
  })
  return { stops: lines.length > 0, lines: lines.length > 0 ? ['In use within the last 30 days:', ...lines] : [] }
}
