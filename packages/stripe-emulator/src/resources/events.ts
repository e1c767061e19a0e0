import { undelivered } from '../domain/dispatch.ts'
import { noSuch } from '../domain/errors.ts'
import { accept, refuse } from '../domain/outcome.ts'
import { flag, listOf, text } from '../http/params.ts'
import { action, listing, type Route } from '../http/route.ts'

const path = '/v1/events'

/** `charge.*` stands for all events of charges. */
const isOfType = (type: string, wanted: string): boolean =>
  wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted

const filters = { type: text, types: listOf(text), delivery_success: flag }

export const eventRoutes: readonly Route[] = [
  listing({
    path,
    of: 'event',
    params: filters,
    matches: (event, { type, types, delivery_success }, draft) =>
      (type === undefined || isOfType(event.type, type)) &&
      (types === undefined || types.some((each) => isOfType(event.type, each))) &&
      (delivery_success === undefined || (undelivered(draft.find('dispatch', event.id)) === 0) === delivery_success),
  }),
  action({
    method: 'GET',
    path: `${path}/:event`,
    shows: 'event',
    params: {},
    run: ({ draft }, _, id) => {
      const event = draft.find('event', id)
      return event ? accept(event) : refuse(noSuch('event', id, 'id', 'path'))
    },
  }),
]
