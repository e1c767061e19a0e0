/** The registry of operations, as a command. */
import { parseArgs } from 'node:util'
import { defaultLimits } from '../document/limits.ts'
import { addKey, client, revokeKey } from './command/client.ts'
import { move } from './command/move.ts'
import { done, type Outcome, refused } from './command/outcome.ts'
import type { Place } from './command/place.ts'
import { list, usageReport } from './command/report.ts'
import { commandConfig } from './config.ts'
import { messageOf } from './faults.ts'
import { isMove } from './life.ts'

const help = `client <client> --partner [--scopes "a b"] [--per-minute 600]      makes a client, or changes it
client <client> --app [--azp "id id"] [--enforcement off|audit|known] [--per-minute 600]
key add <client> | key revoke <client> <key, or its first characters>   two keys at a time
publish <client> <app> <version> <manifest> [--max-age Name=seconds]...
deprecate <client> <app> <version> [--sunset 2027-01-31]
retire <client> <app> <version> [--yes] | restore <client> <app> <version>
list [client] | usage [client] | check
--folder <folder> and --supergraph <file or URL> win over OPERATIONS and SUPERGRAPH; usage is in REDIS_URL`

/** How many names each command takes. */
const namesOf: Readonly<Record<string, number>> = {
  client: 1,
  key: 3,
  publish: 4,
  deprecate: 3,
  retire: 3,
  restore: 3,
  list: 1,
  usage: 1,
  check: 0,
}

/** Does what is asked for and says how it went; never rejects. */
export async function operations(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
  try {
    return await command(args, env)
  } catch (err) {
    return refused(messageOf(err))
  }
}

async function command(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      partner: { type: 'boolean' },
      app: { type: 'boolean' },
      scopes: { type: 'string' },
      azp: { type: 'string' },
      enforcement: { type: 'string' },
      'per-minute': { type: 'string' },
      'max-age': { type: 'string', multiple: true },
      sunset: { type: 'string' },
      yes: { type: 'boolean' },
      folder: { type: 'string' },
      supergraph: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return done(help)
  const { OPERATIONS, SUPERGRAPH, REDIS_URL, COST_LIMIT } = commandConfig(env)
  const place: Place = {
    folder: values.folder ?? OPERATIONS,
    supergraph: values.supergraph ?? SUPERGRAPH,
    limits: { ...defaultLimits, cost: COST_LIMIT },
    redisUrl: REDIS_URL,
    now: new Date(),
  }
  const [verb = '', ...names] = positionals
  const surplus = names.slice(namesOf[verb])
  if (namesOf[verb] !== undefined && surplus.length > 0)
    return refused(`${verb} takes no "${surplus.join(' ')}"; several values of one option go into quotes.`)
  if (isMove(verb)) return move(place, verb, names, { sunset: timeIn(values.sunset), yes: values.yes === true })
  switch (verb) {
    case 'client':
      if (values.partner && values.app) return refused('A client is a partner or an app, not both.')
      return client(place, names, {
        kind: values.partner ? 'partner' : values.app ? 'app' : undefined,
        scopes: wordsIn(values.scopes),
        azp: wordsIn(values.azp),
        enforcement: values.enforcement,
        perMinute: values['per-minute'] === undefined ? undefined : Number(values['per-minute']),
      })
    case 'key': {
      const [what, name = '', hint = ''] = names
      if (what === 'add') return addKey(place, name)
      return what === 'revoke' ? revokeKey(place, name, hint) : refused(help)
    }
    // These two load Apollo's planner, which the others need not wait for.
    case 'publish': {
      const { publish } = await import('./command/publish.ts')
      return publish(place, names, new Map(values['max-age']?.map(ageIn)))
    }
    case 'list':
      return list(place, names)
    case 'usage':
      return usageReport(place, names)
    case 'check': {
      const { check } = await import('./command/check.ts')
      return check(place)
    }
    default:
      return refused(help)
  }
}

const wordsIn = (text: string | undefined): readonly string[] | undefined => text?.split(/\s+/).filter(Boolean)

function timeIn(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new Error(`"${text}" is no date.`)
  return time
}

function ageIn(text: string): [string, number] {
  const [name = '', seconds] = text.split('=')
  const age = Number(seconds)
  if (!Number.isInteger(age) || age < 1 || age > 31_536_000) throw new Error(`"${text}" is not name=seconds.`)
  return [name, age]
}

if (import.meta.main) {
  const { ok, lines } = await operations(process.argv.slice(2))
  const stream = ok ? process.stdout : process.stderr
  stream.write(`${lines.join('\n')}\n`)
  process.exitCode = ok ? 0 : 1
}
