import { list } from '../api/list.ts'
import { change, create, type Route, remove, retrieve } from '../api/object-routes.ts'
import { ignored, metadata, text, unsettable } from '../api/params.ts'
import { createCustomer, updateCustomer } from '../domain/customer.ts'
import { accept } from '../domain/outcome.ts'
import { publish } from '../webhooks/publish.ts'

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
  create('customer', details, (values, { tx }) => accept(createCustomer(values, tx))),
  list('customer', { email: text }),
  retrieve('customer'),
  change('customer', '', details, (customer, values) => accept(updateCustomer(customer, values))),
  remove('customer', (customer, { tx, cause }) => {
    const where = { customer: customer.id }
    for (const method of [...tx.list('payment_method', { toward: 'newer', where })]) {
      if (method.customer === customer.id) tx.put({ ...method, customer: null })
    }
    publish(tx, [{ type: 'customer.deleted', object: customer }], cause)
  }),
]
