/** The Postgres that tests share: the owner's URL, and the one password of all roles. */
export type TestPostgres = { url: string; password: string }

/** The environment variable that tells a process of it, as JSON. `npm test` sets it for its Jest. */
export const testPostgresVariable = 'HOLDFAST_TEST_POSTGRES'
