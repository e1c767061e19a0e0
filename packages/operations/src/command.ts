/** The command line of the registry. */
import { parseArgs } from 'node:util'
import { check } from './command/check.ts'
import { addKey, client, revokeKey } from './command/client.ts'
import type { CommandContext } from './command/context.ts'
import { moveVersion } from './command/move-version.ts'
import { done, type Outcome, refused } from './command/outcome.ts'
import { publish } from './command/publish.ts'
import { list, usageReport } from './command/reports.ts'
import { messageOf } from './registry/errors.ts'
import type { Inspect } from './registry/inspected.ts'
import { isMove } from './registry/life-cycle.ts'

/** What the command works on unless an option says otherwise, and how it inspects operations. */
export interface CommandOptions {
  /** The registry's folder. */
  readonly folder: string
  /** File or http(s) URL. */
  readonly supergraph: string
  /** Where the gateways count usage. */
  readonly redisUrl: string | undefined
  loadInspect(supergraph: string): Promise<Inspect>
}

const help = `client <client> --partner [--scopes "a b"] [--per-minute 600]      creates or changes a client
client <client> --app [--azp "id id"] [--enforcement off|audit|known] [--per-minute 600]
key add <client> | key revoke <client> <key, or its first characters>   a client has at most two keys
publish <client> <app> <version> <manifest> [--max-age Name=seconds]...
deprecate <client> <app> <version> [--sunset 2027-01-31]
retire <client> <app> <version> [--yes] | restore <client> <app> <version>
list [client] | usage [client] | check
--folder <folder> and --supergraph <file or URL> replace OPERATIONS and SUPERGRAPH. Usage is read from REDIS_URL`

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

/** Runs the command and returns its outcome. `options` is a function because reading the environment may fail, too; it never rejects. */
export async function runCommand(args: readonly string[], options: () => CommandOptions): Promise<Outcome> {
  try {
    return await command(args, options)
  } catch (err) {
    return refused(messageOf(err))
  }
}

async function command(args: readonly string[], options: () => CommandOptions): Promise<Outcome> {
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
  const given = options()
  const context: CommandContext = {
    folder: values.folder ?? given.folder,
    redisUrl: given.redisUrl,
    now: new Date(),
    loadInspect: () => given.loadInspect(values.supergraph ?? given.supergraph),
  }
  const [verb = '', ...names] = positionals
  const surplus = names.slice(namesOf[verb])
  if (namesOf[verb] !== undefined && surplus.length > 0)
    return refused(`${verb} does not take "${surplus.join(' ')}". Put several values of one option in quotes.`)
  if (isMove(verb))
    return moveVersion(context, verb, names, { sunset: timeIn(values.sunset), yes: values.yes === true })
  switch (verb) {
    case 'client':
      if (values.partner && values.app)
        return refused('A client is either a partner or an app. Give only one of --partner and --app.')
      return client(context, names, {
        kind: values.partner ? 'partner' : values.app ? 'app' : undefined,
        scopes: wordsIn(values.scopes),
        azp: wordsIn(values.azp),
        enforcement: values.enforcement,
        perMinute: values['per-minute'] === undefined ? undefined : Number(values['per-minute']),
      })
    case 'key': {
      const [what, name = '', hint = ''] = names
      if (what === 'add') return addKey(context, name)
      return what === 'revoke' ? revokeKey(context, name, hint) : refused(help)
    }
    case 'publish':
      return publish(context, names, new Map(values['max-age']?.map(ageIn)))
    case 'list':
      return list(context, names)
    case 'usage':
      return usageReport(context, names)
    case 'check':
      return check(context)
    default:
      return refused(help)
  }
}

const wordsIn = (text: string | undefined): readonly string[] | undefined => text?.split(/\s+/).filter(Boolean)

function timeIn(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new Error(`"${text}" is not a date.`)
  return time
}

function ageIn(text: string): [string, number] {
  const [name = '', seconds] = text.split('=')
  const age = Number(seconds)
  if (!Number.isInteger(age) || age < 1 || age > 31_536_000) throw new Error(`"${text}" is not name=seconds.`)
  return [name, age]
}

/** Runs the command as a process: prints its lines and sets the exit code. */
export async function runAsProcess(options: () => CommandOptions): Promise<void> {
  const { ok, lines } = await runCommand(process.argv.slice(2), options)
  const stream = ok ? process.stdout : process.stderr
  stream.write(`${lines.join('\n')}\n`)
  process.exitCode = ok ? 0 : 1
}
