import { noSuch } from '../domain/errors.ts'
import { accept, refuse } from '../domain/outcome.ts'
import { currency, text } from '../http/params.ts'
import { action, listing, type Route } from '../http/route.ts'

const path = '/v1/balance_transactions'

export const balanceTransactionRoutes: readonly Route[] = [
  listing({
    path,
    of: 'balance_transaction',
    params: { currency, source: text, type: text },
  }),
  action({
    method: 'GET',
    path: `${path}/:transaction`,
    shows: 'balance_transaction',
    params: {},
    run: ({ draft }, _, id) => {
      const movement = draft.find('balance_transaction', id)
      return movement ? accept(movement) : refuse(noSuch('balance transaction', id, 'id', 'path'))
    },
  }),
]
