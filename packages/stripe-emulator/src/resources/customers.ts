import type Stripe from 'stripe'
import { createCustomer, reviseCustomer } from '../domain/customer.ts'
import { noSuch } from '../domain/errors.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import { ignored, metadata, text, unsettable } from '../http/params.ts'
import { action, keep, listing, type Route } from '../http/route.ts'
import type { Draft } from '../store/books.ts'
import { publish } from '../webhooks/publish.ts'

const path = '/v1/customers'

const details = {
  email: unsettable(text),
  name: unsettable(text),
  phone: unsettable(text),
  description: unsettable(text),
  metadata,
  address: ignored,
  shipping: ignored,
  preferred_locales: ignored,
}

export const customerRoutes: readonly Route[] = [
  action({
    method: 'POST',
    path,
    shows: 'customer',
    params: details,
    run: (call, params) => {
      const customer = createCustomer(params, call.draft)
      return accept(keep(call, { shown: customer, also: [], facts: [{ type: 'customer.created', object: customer }] }))
    },
  }),
  listing({
    path,
    of: 'customer',
    params: { email: text },
  }),
  action({
    method: 'GET',
    path: `${path}/:customer`,
    shows: 'customer',
    params: {},
    run: ({ draft }, _, id) => customerAt(draft, id),
  }),
  action({
    method: 'POST',
    path: `${path}/:customer`,
    shows: 'customer',
    params: details,
    run: (call, params, id) => {
      const customer = customerAt(call.draft, id)
      if (!customer.ok) return customer
      const revised = reviseCustomer(customer.value, params)
      return accept(keep(call, { shown: revised, also: [], facts: [{ type: 'customer.updated', object: revised }] }))
    },
  }),
  action({
    method: 'DELETE',
    path: `${path}/:customer`,
    shows: 'customer',
    params: {},
    run: ({ draft, cause }, _, id) => {
      const customer = customerAt(draft, id)
      if (!customer.ok) return customer
      draft.remove('customer', id)
      for (const method of draft.all('payment_method')) {
        if (method.customer === id) draft.put({ ...method, customer: null })
      }
      publish(draft, [{ type: 'customer.deleted', object: customer.value }], cause)
      return accept({ id, object: 'customer', deleted: true })
    },
  }),
]

function customerAt(draft: Draft, id: string): Outcome<Stripe.Customer> {
  const customer = draft.find('customer', id)
  return customer ? accept(customer) : refuse(noSuch('customer', id, 'customer', 'path'))
}
