import { subgraphConfig } from '@holdfast/service/graphql'
import { readConfig, Secret, Url } from '@holdfast/service/process'

/** The environment of this process, read once: when something is wrong, all of it is named and the process does not start. */
export const config = readConfig(
  {
    ...subgraphConfig,
    STRIPE_SECRET_KEY: Secret.regex(/^[sr]k_/, 'must be a secret or restricted key of Stripe (sk_… or rk_…)'),
    STRIPE_WEBHOOK_SECRET: Secret.startsWith('whsec_', "must be the webhook endpoint's signing secret (whsec_…)"),
    /** An emulator; Stripe itself when missing. */
    STRIPE_API_URL: Url.optional(),
    /** Where the bank sends the customer back; a small page of this process when missing. */
    RETURN_URL: Url.optional(),
  },
  process.env,
)
