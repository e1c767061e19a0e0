import { commonConfig, readConfig, Secret, Url } from '@holdfast/service/process'

/** What this process is told by its environment. */
export const config = () =>
  readConfig(
    {
      ...commonConfig,
      /** Logs in as the role `booking`. */
      DATABASE_URL: Url,
      REDIS_URL: Url,
      /** Shared with the gateway, which signs with it. */
      GATEWAY_SECRET: Secret,
    },
    process.env,
  )
