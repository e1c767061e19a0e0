import type { ApiObjects } from '../domain/objects.ts'
import { accept, noSuch, type Outcome, refuse } from '../domain/outcome.ts'
import type { Reader } from '../store/store.ts'
import { errorReply, pathOf, prepare, type Route } from './object-routes.ts'
import { integer, type Params, type Range, range, text, type Values } from './params.ts'

const usualPage = 10
const longestPage = 100

type Where = Readonly<Record<string, unknown>>

const paging = { limit: integer, starting_after: text, ending_before: text }

/** `GET /v1/kinds`: a page of objects, latest first. Without `matches`, an object matches that has every filter's value. */
export function list<K extends keyof ApiObjects, P extends object>(
  kind: K,
  filters: Params<P>,
  matches: (object: ApiObjects[K], values: P, reader: Reader) => boolean = hasAll,
): Route {
  const params = { ...filters, ...paging, created: range } as Params<
    P & Values<typeof paging> & { readonly created: Range | undefined }
  >
  return {
    method: 'GET',
    path: pathOf(kind),
    prepare: prepare(
      kind,
      params,
      ({ tx }, { limit, starting_after, ending_before, created, ...values }, show) => {
        // What is left of the parameters are those of this list: P.
        const filter = values as unknown as P
        const page = pageOf(
          tx,
          kind,
          { limit, starting_after, ending_before },
          filter as Where,
          (object) => within(created, (object as { created?: number }).created) && matches(object, filter, tx),
        )
        if (!page.ok) return errorReply(page.error)
        const { data, has_more } = page.value
        return { status: 200, body: { object: 'list', data: data.map(show), has_more, url: pathOf(kind) } }
      },
      true,
    ),
  }
}

/** The next matching objects, latest first. It reads no more of them than it must; an index may narrow them by `where`. */
export function pageOf<K extends keyof ApiObjects>(
  reader: Reader,
  kind: K,
  { limit = usualPage, starting_after, ending_before }: Partial<Values<typeof paging>>,
  where: Where,
  matches: (object: ApiObjects[K]) => boolean,
): Outcome<{ data: readonly ApiObjects[K][]; has_more: boolean }> {
  const from = starting_after ?? ending_before
  const toward = starting_after === undefined && from !== undefined ? 'newer' : 'older'
  if (from !== undefined && !reader.find(kind, from)) {
    return refuse(noSuch(kind, from, toward === 'newer' ? 'ending_before' : 'starting_after'))
  }
  const length = Math.min(Math.max(limit, 1), longestPage)
  const data: ApiObjects[K][] = []
  let has_more = false
  for (const object of reader.list(kind, { toward, from, where })) {
    if (!matches(object)) continue
    has_more = data.length === length
    if (has_more) break
    data.push(object)
  }
  return accept({ data: toward === 'newer' ? data.reverse() : data, has_more })
}

const hasAll = (object: unknown, values: unknown): boolean =>
  Object.entries(values as Where).every(([name, value]) => value === undefined || (object as Where)[name] === value)

function within(range: Range | undefined, created: number | undefined): boolean {
  if (!range || created === undefined) return true
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range
  return created > gt && created >= gte && created < lt && created <= lte
}
