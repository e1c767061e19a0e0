import { list } from '../api/list.ts'
import { type Route, retrieve } from '../api/object-routes.ts'
import { currency, text } from '../api/params.ts'
import { customerRoutes } from './customers.ts'
import { eventRoutes } from './events.ts'
import { paymentIntentRoutes } from './payment-intents.ts'
import { paymentMethodRoutes } from './payment-methods.ts'
import { refundRoutes } from './refunds.ts'
import { webhookEndpointRoutes } from './webhook-endpoints.ts'

/** All of the API that is emulated. */
export const apiRoutes: readonly Route[] = [
  list('balance_transaction', { currency, source: text, type: text }),
  retrieve('balance_transaction'),
  // Only PaymentIntents create charges; the older way of creating them directly is not offered.
  list('charge', { customer: text, payment_intent: text, transfer_group: text }),
  retrieve('charge'),
  ...customerRoutes,
  ...eventRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...refundRoutes,
  ...webhookEndpointRoutes,
]
