import { defineConfig } from 'prisma/config'

// Read by the prisma command only, run in this folder. Nothing here needs a database but `prisma migrate` and `studio`.
const url = process.env['DATABASE_URL']

export default defineConfig({
  schema: 'schema',
  migrations: { path: 'migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
})
