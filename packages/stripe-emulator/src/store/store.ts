import { createHash } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { StoredReply } from '../domain/idempotency.ts'
import type { ApiObjects, ClockAndIds, ScheduledMove } from '../domain/objects.ts'
import { accept, noSuch, type Outcome, refuse } from '../domain/outcome.ts'
import type { WebhookDelivery } from '../domain/webhook-delivery.ts'

/** How far the account's clock is ahead of the machine's. */
interface ClockOffset {
  readonly object: 'clock_offset'
  readonly id: 'clock_offset'
  readonly seconds: number
}

/** Where ids come from; it outlives a reset, so that no id is given out twice. */
interface IdSource {
  readonly object: 'id_source'
  readonly id: 'id_source'
  readonly seed: string
  readonly issued: number
}

/** Everything that is stored, by the word in its `object` member. */
export interface Records extends ApiObjects {
  clock_offset: ClockOffset
  id_source: IdSource
  scheduled_move: ScheduledMove
  stored_reply: StoredReply
  webhook_delivery: WebhookDelivery
}

export type Kind = keyof Records
type AnyRecord = Records[Kind]

/** The members by which lists and searches look records up. */
const indexed: { readonly [K in Kind]?: readonly (keyof Records[K])[] } = {
  balance_transaction: ['source'],
  charge: ['payment_intent', 'customer'],
  customer: ['email'],
  payment_intent: ['metadata', 'customer'],
  payment_method: ['customer'],
  refund: ['charge', 'payment_intent'],
}

/** `place` is the order in which records were first stored. `term` is the index: `customer=cus_1`, `metadata[trip]=7`. */
const schema = `
  create table if not exists record (
    place integer primary key autoincrement,
    kind text not null,
    id text not null,
    content text not null,
    unique (kind, id)
  );
  create index if not exists record_by_kind on record (kind);
  create table if not exists term (
    kind text not null,
    text text not null,
    place integer not null references record on delete cascade,
    primary key (kind, text, place)
  ) without rowid;
  create index if not exists term_by_place on term (place);
`

export interface ListQuery {
  readonly toward: 'older' | 'newer'
  /** The list starts after the record with this id; without it, at the oldest or the newest record. */
  readonly from?: string | undefined
  /**
   * Expected values by member; `metadata[key]` names one key of a map. The first that has an index narrows the list,
   * without regard to upper and lower case. The caller checks the others.
   */
  readonly where?: Readonly<Record<string, unknown>> | undefined
}

export interface Reader {
  readonly now: number
  find<K extends Kind>(kind: K, id: string): Records[K] | undefined
  /** In the order in which they were first stored. */
  list<K extends Kind>(kind: K, query?: ListQuery): Iterable<Records[K]>
}

/** What a transaction may do. Its time does not change while it runs. */
export interface Transaction extends Reader, ClockAndIds {
  put(...records: readonly AnyRecord[]): void
  remove(kind: Kind, id: string): void
}

export interface StoreOptions {
  /** Where to keep it; without it the store is in memory. */
  readonly file?: string | undefined
  /** The same seed gives the same ids in the same order. */
  readonly seed: string
  /** The machine's clock in unix seconds. */
  readonly machineNow: () => number
}

/** Everything that the account remembers. Transactions are synchronous, so one runs at a time; it is kept whole or not at all. */
export class Store implements Reader, Disposable {
  readonly #db: DatabaseSync
  readonly #sql: Record<'find' | 'put' | 'remove' | 'addTerm' | 'removeTerms', StatementSync>
  readonly #machineNow: () => number
  /** Called with every webhook delivery that a transaction created, once it is stored. */
  onDelivery: (delivery: WebhookDelivery) => void = () => {}

  constructor({ file, seed, machineNow }: StoreOptions) {
    this.#machineNow = machineNow
    this.#db = file ? openFile(file) : new DatabaseSync(':memory:')
    this.#db.exec(schema)
    this.#sql = {
      find: this.#db.prepare('select place, content from record where kind = ? and id = ?'),
      put: this.#db.prepare(
        'insert into record (kind, id, content) values (?, ?, ?) on conflict do update set content = excluded.content returning place',
      ),
      remove: this.#db.prepare('delete from record where kind = ? and id = ?'),
      addTerm: this.#db.prepare('insert or ignore into term (kind, text, place) values (?, ?, ?)'),
      removeTerms: this.#db.prepare('delete from term where place = ?'),
    }
    if (!this.find('id_source', 'id_source')) {
      this.#put({ object: 'id_source', id: 'id_source', seed, issued: 0 })
    }
  }

  get now(): number {
    return this.#machineNow() + (this.find('clock_offset', 'clock_offset')?.seconds ?? 0)
  }

  find<K extends Kind>(kind: K, id: string): Records[K] | undefined {
    const row = this.#sql.find.get(kind, id)
    return row && JSON.parse(String(row['content']))
  }

  *list<K extends Kind>(kind: K, { toward, from, where = {} }: ListQuery = { toward: 'newer' }): Generator<Records[K]> {
    const [beyond, order, end] = toward === 'newer' ? ['>', 'asc', 0] : ['<', 'desc', Number.MAX_SAFE_INTEGER]
    const place = from === undefined ? end : this.#sql.find.get(kind, from)?.['place']
    if (place === undefined) return
    const term = termOf(kind, where)
    const [source, parameters] =
      term === undefined
        ? ['record where kind = ?', [kind, place]]
        : ['term join record using (place) where term.kind = ? and text = ?', [kind, term, place]]
    // Prepared each time: the caller may start another list before this one ends.
    const rows = this.#db.prepare(`select content from ${source} and place ${beyond} ? order by place ${order}`)
    for (const { content } of rows.iterate(...parameters)) yield JSON.parse(String(content))
  }

  /** Runs the work and keeps what it stored; when it throws, nothing happened. */
  transaction<T>(work: (tx: Transaction) => T): T {
    const created: WebhookDelivery[] = []
    const ids = this.find('id_source', 'id_source') as IdSource
    let { issued } = ids
    let changed = false
    const tx: Transaction = {
      now: this.now,
      id: (prefix) => idFrom(ids.seed, ++issued, prefix),
      find: (kind, id) => this.find(kind, id),
      list: (kind, query) => this.list(kind, query),
      put: (...records) => {
        changed = true
        for (const record of records) {
          if (record.object === 'webhook_delivery' && !this.find(record.object, record.id)) created.push(record)
          this.#put(record)
        }
      },
      remove: (kind, id) => {
        changed = true
        this.#sql.remove.run(kind, id)
      },
    }
    this.#db.exec('begin')
    try {
      const result = work(tx)
      if (changed && issued !== ids.issued) this.#put({ ...ids, issued })
      this.#db.exec('commit')
      for (const delivery of created) this.onDelivery(delivery)
      return result
    } catch (error) {
      // SQLite has rolled back by itself when the disk is full.
      if (this.#db.isTransaction) this.#db.exec('rollback')
      throw error
    }
  }

  /** Forgets everything but the webhook endpoints and the source of ids. */
  reset(): void {
    this.#db.exec("delete from record where kind not in ('webhook_endpoint', 'id_source')")
  }

  #put(record: AnyRecord): void {
    const { object: kind, id } = record
    const row = this.#sql.put.get(kind, id, JSON.stringify(record))
    if (!indexed[kind]) return
    const place = Number(row?.['place'])
    this.#sql.removeTerms.run(place)
    for (const term of termsOf(record)) this.#sql.addTerm.run(kind, term, place)
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}

/** The object with this id, or Stripe's refusal: 400 when the id is the value of `param`, 404 when it is in the path. */
export function existing<K extends keyof ApiObjects>(
  reader: Reader,
  kind: K,
  id: string,
  param?: string,
): Outcome<ApiObjects[K]> {
  const found: ApiObjects[K] | undefined = reader.find(kind, id)
  return found ? accept(found) : refuse(noSuch(kind, id, param))
}

function openFile(file: string): DatabaseSync {
  try {
    // The secrets of webhook endpoints are in it, so nobody else may read it; SQLite gives its own files the same mode.
    closeSync(openSync(file, 'a', 0o600))
    const db = new DatabaseSync(file)
    // Written before each answer, so it survives the process; flushed to disk at checkpoints only. One process per file.
    db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal')
    return db
  } catch (error) {
    throw new Error(
      `${file} cannot be used: ${error}. Stop the other emulator if one uses this file; else delete the file or set DATA_FILE to another one.`,
    )
  }
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The n-th id of this seed: the prefix and 24 characters, as Stripe's ids look. */
function idFrom(seed: string, n: number, prefix: string): string {
  const bytes = createHash('sha256').update(`${seed}:${n}`).digest().subarray(0, 24)
  return `${prefix}_${[...bytes].map((byte) => alphabet[byte % alphabet.length]).join('')}`
}

/** Stripe's search does not distinguish upper and lower case. */
const termText = (name: string, value: unknown): string => `${name}=${String(value).toLowerCase()}`

function termsOf(record: AnyRecord): string[] {
  const members = record as unknown as Readonly<Record<string, unknown>>
  return (indexed[record.object] ?? []).flatMap((name) => {
    const value = members[name] ?? {}
    if (typeof value === 'string') return [termText(name, value)]
    return Object.entries(value).map(([key, each]) => termText(`${name}[${key}]`, each))
  })
}

/** The first expected value whose member has an index. */
function termOf(kind: Kind, where: Readonly<Record<string, unknown>>): string | undefined {
  const members: readonly string[] = indexed[kind] ?? []
  const found = Object.entries(where).find(
    ([name, value]) => typeof value === 'string' && members.includes(name.replace(/\[.*/, '')),
  )
  return found && termText(...found)
}
