import { commonConfig, readConfig, Secret, Url } from '@holdfast/service/process'

/** What this process is told by its environment. */
export const config = () =>
  readConfig(
    {
      ...commonConfig,
      /** Logs in as the role `payment`. */
      DATABASE_URL: Url,
      REDIS_URL: Url,
      /** Shared with the gateway, which signs with it. */
      GATEWAY_SECRET: Secret,
      STRIPE_SECRET_KEY: Secret.regex(/^[sr]k_/, 'must be a secret or restricted key of Stripe (sk_… or rk_…)'),
      STRIPE_WEBHOOK_SECRET: Secret.startsWith('whsec_', "must be the webhook endpoint's signing secret (whsec_…)"),
      /** An emulator's; Stripe itself when missing. */
      STRIPE_API_URL: Url.optional(),
      /** Where the bank's page sends the customer back; a small page of this process when missing. */
      RETURN_URL: Url.optional(),
    },
    process.env,
  )
