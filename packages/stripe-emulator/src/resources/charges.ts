import { noSuch } from '../domain/errors.ts'
import { accept, refuse } from '../domain/outcome.ts'
import { text } from '../http/params.ts'
import { action, listing, type Route } from '../http/route.ts'

const path = '/v1/charges'

/** Charges are made by PaymentIntents only; the older way of creating them directly is not offered. */
export const chargeRoutes: readonly Route[] = [
  listing({
    path,
    of: 'charge',
    params: { customer: text, payment_intent: text, transfer_group: text },
  }),
  action({
    method: 'GET',
    path: `${path}/:charge`,
    shows: 'charge',
    params: {},
    run: ({ draft }, _, id) => {
      const charge = draft.find('charge', id)
      return charge ? accept(charge) : refuse(noSuch('charge', id, 'charge', 'path'))
    },
  }),
]
