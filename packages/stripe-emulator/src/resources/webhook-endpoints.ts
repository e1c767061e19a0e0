import type Stripe from 'stripe'
import { list } from '../api/list.ts'
import { change, create, type Route, remove, retrieve } from '../api/object-routes.ts'
import { flag, listOf, metadata, required, text, unsettable, url } from '../api/params.ts'
import { type Metadata, mergeMetadata } from '../domain/metadata.ts'
import { accept } from '../domain/outcome.ts'
import type { Transaction } from '../store/store.ts'

const httpUrl = url(
  (value) => /^https?:/i.test(value),
  'Invalid URL: An explicit scheme (such as https) must be provided.',
)

const shared = { description: unsettable(text), metadata }

/** Marks the one endpoint that the process was started with, so that its address can change. */
const configured = { registered_by: 'emulator_start' }

/** Sends every event to this address from now on. */
export function listenAt(tx: Transaction, target: { url: string; secret: string }): void {
  const known = [...tx.list('webhook_endpoint')].find(
    (endpoint) => endpoint.metadata['registered_by'] === configured.registered_by,
  )
  const fresh = () => newEndpoint(tx, { ...target, enabled_events: ['*'], metadata: configured })
  tx.put(known ? { ...known, ...target, status: 'enabled' } : fresh())
}

interface NewEndpoint {
  readonly url: string
  readonly secret: string
  readonly enabled_events: readonly string[]
  readonly description?: string | null | undefined
  readonly metadata?: Metadata | null | undefined
}

const newEndpoint = (tx: Transaction, requested: NewEndpoint): Stripe.WebhookEndpoint => ({
  id: tx.id('we'),
  object: 'webhook_endpoint',
  api_version: null,
  application: null,
  created: tx.now,
  description: requested.description ?? null,
  enabled_events: [...requested.enabled_events],
  livemode: false,
  metadata: requested.metadata ?? {},
  secret: requested.secret,
  status: 'enabled',
  url: requested.url,
})

export const webhookEndpointRoutes: readonly Route[] = [
  create(
    'webhook_endpoint',
    { ...shared, url: required(httpUrl), enabled_events: required(listOf(text)), api_version: text },
    (values, { tx }) => accept({ shown: newEndpoint(tx, { ...values, secret: tx.id('whsec') }) }),
  ),
  list('webhook_endpoint', {}),
  retrieve('webhook_endpoint'),
  change(
    'webhook_endpoint',
    '',
    { ...shared, url: httpUrl, enabled_events: listOf(text), disabled: flag },
    (old, { url = old.url, enabled_events = old.enabled_events, description = old.description, ...values }) => {
      const metadata = mergeMetadata(old.metadata, values.metadata)
      const disabled = values.disabled ?? old.status === 'disabled'
      const status = disabled ? 'disabled' : 'enabled'
      return accept({ shown: { ...old, url, enabled_events: [...enabled_events], description, metadata, status } })
    },
  ),
  remove('webhook_endpoint'),
]
