import { list } from '../api/list.ts'
import { type Route, retrieve } from '../api/object-routes.ts'
import { flag, listOf, text } from '../api/params.ts'
import { pendingWebhooks } from '../domain/webhook-delivery.ts'

/** `charge.*` stands for all events of charges. */
const isOfType = (type: string, pattern: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern

export const eventRoutes: readonly Route[] = [
  list(
    'event',
    { type: text, types: listOf(text), delivery_success: flag },
    ({ id, type }, values, reader) =>
      (values.type === undefined || isOfType(type, values.type)) &&
      (values.types === undefined || values.types.some((each) => isOfType(type, each))) &&
      (values.delivery_success === undefined ||
        values.delivery_success === (pendingWebhooks(reader.find('webhook_delivery', id)) === 0)),
  ),
  retrieve('event'),
]
