import type Stripe from 'stripe'
import { invalidRequest, noSuch } from '../domain/errors.ts'
import { mergeMetadata } from '../domain/metadata.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import { flag, listOf, metadata, type Reader, required, text, unsettable } from '../http/params.ts'
import { action, listing, type Route } from '../http/route.ts'
import type { Draft } from '../store/books.ts'

const path = '/v1/webhook_endpoints'

const url: Reader<string | undefined> = (value, name) => {
  const read = text(value, name)
  const usable = !read.ok || read.value === undefined || (URL.canParse(read.value) && /^https?:/i.test(read.value))
  return usable
    ? read
    : refuse(
        invalidRequest('Invalid URL: An explicit scheme (such as https) must be provided.', {
          code: 'url_invalid',
          param: name,
        }),
      )
}

const creation = {
  url: required(url),
  enabled_events: required(listOf(text)),
  description: unsettable(text),
  metadata,
  api_version: text,
}

const revision = { url, enabled_events: listOf(text), description: unsettable(text), metadata, disabled: flag }

/** Marks the one endpoint that the process was started with, so that it can move to another address. */
const configured = { registered_by: 'emulator_start' }

/** Sends every event to this address from now on. */
export function listenAt(draft: Draft, target: { url: string; secret: string }): void {
  const known = [...draft.all('webhook_endpoint')].find(
    ({ metadata }) => metadata['registered_by'] === configured.registered_by,
  )
  draft.put(
    known
      ? { ...known, ...target, status: 'enabled' }
      : newEndpoint(draft, { url: target.url, enabled_events: ['*'], metadata: configured }, target.secret),
  )
}

function newEndpoint(
  draft: Draft,
  asked: {
    url: string
    enabled_events: readonly string[]
    description?: string | null | undefined
    metadata?: Record<string, string> | null | undefined
  },
  secret: string,
): Stripe.WebhookEndpoint {
  return {
    id: draft.id('we'),
    object: 'webhook_endpoint',
    api_version: null,
    application: null,
    created: draft.now,
    description: asked.description ?? null,
    enabled_events: [...asked.enabled_events],
    livemode: false,
    metadata: asked.metadata ?? {},
    secret,
    status: 'enabled',
    url: asked.url,
  }
}

export const webhookEndpointRoutes: readonly Route[] = [
  action({
    method: 'POST',
    path,
    shows: 'webhook_endpoint',
    params: creation,
    run: ({ draft }, params) => {
      const endpoint = newEndpoint(draft, params, draft.id('whsec'))
      draft.put(endpoint)
      return accept(endpoint)
    },
    // The secret is shown once, to whoever creates the endpoint.
    present: (endpoint) => endpoint,
  }),
  listing({ path, of: 'webhook_endpoint', params: {} }),
  action({
    method: 'GET',
    path: `${path}/:endpoint`,
    shows: 'webhook_endpoint',
    params: {},
    run: ({ draft }, _, id) => endpointAt(draft, id),
  }),
  action({
    method: 'POST',
    path: `${path}/:endpoint`,
    shows: 'webhook_endpoint',
    params: revision,
    run: ({ draft }, asked, id) => {
      const endpoint = endpointAt(draft, id)
      if (!endpoint.ok) return endpoint
      const old = endpoint.value
      const revised: Stripe.WebhookEndpoint = {
        ...old,
        url: asked.url ?? old.url,
        enabled_events: [...(asked.enabled_events ?? old.enabled_events)],
        description: asked.description === undefined ? old.description : asked.description,
        metadata: mergeMetadata(old.metadata, asked.metadata),
        status: asked.disabled === undefined ? old.status : asked.disabled ? 'disabled' : 'enabled',
      }
      draft.put(revised)
      return accept(revised)
    },
  }),
  action({
    method: 'DELETE',
    path: `${path}/:endpoint`,
    shows: 'webhook_endpoint',
    params: {},
    run: ({ draft }, _, id) => {
      const endpoint = endpointAt(draft, id)
      if (!endpoint.ok) return endpoint
      draft.remove('webhook_endpoint', id)
      return accept({ id, object: 'webhook_endpoint', deleted: true })
    },
  }),
]

function endpointAt(draft: Draft, id: string): Outcome<Stripe.WebhookEndpoint> {
  const endpoint = draft.find('webhook_endpoint', id)
  return endpoint ? accept(endpoint) : refuse(noSuch('webhook endpoint', id, 'webhook_endpoint', 'path'))
}
